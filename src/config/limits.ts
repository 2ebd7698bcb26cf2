/** Limits that nobody may change: bounds on what configuration itself can ask for, and on what is kept for people. */
export const LIMITS = {
  /** Named origins; each has its own pool of connections and its own label in the metrics. */
  origins: 256,
  /** Host names in `hosts`. */
  hosts: 10_000,
  /** Blocks of addresses in `trustedProxies`. */
  trustedProxies: 1024,
  /** Field sections of requests that are recognised when they come again (a power of two), and bytes of each. */
  repeatedSections: 256,
  repeatedSectionBytes: 2048,
  /** Files of one policy whose text is read, to show its hooks with file and line. */
  policySourceFiles: 16,
  /** Names in Vary; a response with more is not stored, since hardly two requests would share it. */
  varyNames: 16,
  /** Policy files, and files that they import, together; and their characters. */
  policyModules: 10_000,
  policySourceBytes: 64 * 1024 * 1024,
  /** Folders of such files that the system is asked to tell changes of; in others they are found by looking. */
  policyFolders: 256,
  /** Mistakes in policies that are told of one reload. */
  policyMistakes: 100,
  /** How long after the start the types of the policies are checked: when the first requests have been answered. */
  policyCheckDelayMs: 1000,
  /** How long it may take to compile and type-check them. */
  policyCompileMs: 60_000,
  /** How long the process that does it is kept for the next change: it holds some 250 MB, and another one takes a second to begin. */
  policyCompilerIdleMs: 300_000,
  /** Megabytes of heap that it may have. */
  policyCompilerMb: 1024,
  /** Events of one transaction that the journal remembers. */
  journalEvents: 32,
  /** Characters of what it remembers of one. */
  journalEntryChars: 16_384,
  /** Characters of a URL in the journal, and of a field of a response. */
  journalUrlChars: 2048,
  journalFieldChars: 256,
  /** How long a policy file may take to load. */
  policyLoadMs: 10_000,
  /** Ranges in one request; more, and Range is ignored. */
  ranges: 32,
  /** Ranges in one request that overlap another one; more, and Range is ignored (RFC 9110 §14.2 takes more than two for a mistake or an attack). */
  rangeOverlaps: 2,
  /** Tags withdrawn of late that are remembered for the sake of fetches under way; older fetches with tags are then not stored. */
  withdrawnTags: 4096,
  /** Tags and URLs that the policy may withdraw in one transaction; more is an error of its hook. */
  withdrawalsPerTransaction: 1000,
  /** Tags of one response; one with more is not stored, since it could not be found by all of them. */
  responseTags: 1024,
  /** Tags in one purge. */
  purgeTags: 256,
  /** Responses that a purge by tag removes before it is acknowledged; more are withdrawn at once and removed in slices. */
  purgedAtOnce: 256,
  /** Characters of a ban. */
  banChars: 2048,
  /** Bans that look at fields of requests, which each lookup of an older response must ask. */
  requestBans: 100,
  /** Characters of a regular expression in a ban. */
  patternChars: 512,
  /** Steps that it may be written out to. */
  patternSteps: 1000,
  /**
   * Keys in one slice of work on purges and bans, how long a slice may take, and how long the pause is behind it: at least, and as a
   * multiple of what the slice took, so that requests have nine tenths of the time at the least.
   */
  lurkerKeys: 512,
  lurkerSliceMs: 2,
  lurkerPauseMs: 2,
  lurkerPauses: 9,
  /** The longest pause: a process that was stopped within a slice has not worked all that time. */
  lurkerLongestPauseMs: 200,
  /** How long the lurker rests before it looks again for responses that bans on fields of requests may still meet. */
  lurkerRestMs: 60_000,
  /** Dry runs at a time. */
  dryRuns: 4,
  /** Samples that a dry run shows. */
  drySamples: 10,
  /** Paths of which a No-Vary-Search rule is remembered; others are looked up by their exact target. */
  searchPaths: 4096,
  /** Characters of such a path, its host with it. */
  searchPathChars: 1024,
  /** Keys of which it is remembered that their fetch has just failed; beyond that the oldest is forgotten. */
  failedFetches: 4096,
  /** Keys for which an origin is out (saint mode); beyond that the oldest is forgotten. */
  saints: 4096,
  /** Characters of such a key; longer ones are not remembered. */
  rememberedKeyChars: 2048,
  /** Warnings and errors of one name that are written in so many milliseconds; further ones are counted in one line. */
  equalEvents: 20,
  equalEventsMs: 10_000,
  /** Bytes of log lines that wait for a slow reader; beyond that, whole lines are dropped and counted. */
  logQueueBytes: 4 * 1024 * 1024,
  /** Bytes handed to one write of a log. */
  logWriteBytes: 64 * 1024,
  /** Characters of one field in a log line; the rest is cut. */
  logFieldChars: 4096,
  /** How long the last log lines may take to be written at exit. */
  logFlushMs: 1000,
  /** Bytes of a request head on the admin listener. */
  adminHeadBytes: 8 * 1024,
  /** Bytes of a request body on the admin listener. */
  adminBodyBytes: 256 * 1024,
  /** How long a request head may take on the admin listener, and an idle connection may stay. */
  adminTimeoutMs: 10_000,
  /** How long a connection on the admin listener may be silent while its call is worked on, or its answer is not taken. */
  adminAnswerMs: 60_000,
  /** Connections on the admin listener. */
  adminConnections: 256,
  /** How long the admin token that was read from a file is used before the file is read again. */
  adminTokenMs: 1000,
  /** Places of the store that one call looks at while it lists responses, and how many of them in one turn. */
  adminScanSteps: 100_000,
  adminScanSlice: 250,
  /** Stored responses that are shown of one URL. */
  adminShown: 200,
  /** How long a command waits for an edge to answer its control call. */
  controlTimeoutMs: 60_000,
} as const
