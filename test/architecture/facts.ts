/** What one source file says about itself: whom it imports, what it reaches for, what it keeps at module level. */
import ts from 'typescript'

export interface Source {
  /** From the root of the repository, with slashes: `src/http/age.ts`. */
  readonly path: string
  readonly text: string
}

export interface Import {
  readonly from: string
  /** Nothing of it is there at run time. */
  readonly typeOnly: boolean
  /** What is imported by name; `*` stands for all of it. */
  readonly names: readonly string[]
}

export interface Facts {
  readonly path: string
  readonly imports: readonly Import[]
  /** Clock, timers, randomness and process, as named in the text: `Date.now`, `setTimeout`... */
  readonly reachesFor: readonly string[]
  /** Names of module-level bindings that can change. */
  readonly moduleState: readonly string[]
}

export function factsOf({ path, text }: Source): Facts {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const imports: Import[] = []
  const reached: Reach[] = []
  const bound = new Set<string>()
  const visit = (node: ts.Node): void => {
    const found = importOf(node)
    if (found !== null) imports.push(found)
    const reach = reachOf(node)
    if (reach !== null) reached.push(reach)
    const own = boundName(node)
    if (own !== null) bound.add(own)
    ts.forEachChild(node, visit)
  }
  visit(file)
  // A name that the file binds itself, such as a parameter called `fetch`, is not the global one.
  const reachesFor = reached.filter(({ global }) => !bound.has(global)).map(({ what }) => what)
  return { path, imports, reachesFor, moduleState: file.statements.flatMap(stateOf) }
}

/** Static imports, re-exports, `import()` and `import('...')` types alike. An import whose name is computed can't be judged. */
function importOf(node: ts.Node): Import | null {
  if (ts.isImportDeclaration(node)) {
    const clause = node.importClause
    const typeOnly = clause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    return { from: textOf(node.moduleSpecifier), typeOnly, names: namesIn(clause) }
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return { from: textOf(node.moduleSpecifier), typeOnly: node.isTypeOnly, names: ['*'] }
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return { from: textOf(node.argument.literal), typeOnly: true, names: [] }
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [name] = node.arguments
    return name === undefined || !ts.isStringLiteralLike(name)
      ? null
      : { from: name.text, typeOnly: false, names: ['*'] }
  }
  return null
}

function namesIn(clause: ts.ImportClause | undefined): string[] {
  const bindings = clause?.namedBindings
  if (clause?.name !== undefined || bindings === undefined || ts.isNamespaceImport(bindings)) return ['*']
  return bindings.elements
    .filter((element) => !element.isTypeOnly)
    .map((element) => (element.propertyName ?? element.name).text)
}

function textOf(specifier: ts.Node): string {
  return ts.isStringLiteralLike(specifier) ? specifier.text : specifier.getText()
}

interface Reach {
  readonly global: string
  readonly what: string
}

/** Globals that do I/O, read a clock, wait, or throw dice: by themselves, by a member, by a call. */
const OBJECTS = new Set(['performance', 'process', 'console'])
const MEMBERS = new Set(['Date.now', 'Math.random', 'crypto.randomUUID', 'crypto.getRandomValues'])
const FUNCTIONS = new Set(['setTimeout', 'setInterval', 'setImmediate', 'fetch', 'Date'])

function reachOf(node: ts.Node): Reach | null {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const global = node.expression.text
    const what = `${global}.${node.name.text}`
    return OBJECTS.has(global) || MEMBERS.has(what) ? { global, what } : null
  }
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
    const global = node.expression.text
    return FUNCTIONS.has(global) ? { global, what: global } : null
  }
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'Date') {
    return (node.arguments?.length ?? 0) === 0 ? { global: 'Date', what: 'new Date' } : null
  }
  return null
}

/** The name that a declaration brings in. */
function boundName(node: ts.Node): string | null {
  const binds =
    ts.isImportSpecifier(node) ||
    ts.isParameter(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isBindingElement(node) ||
    ts.isFunctionDeclaration(node)
  return binds && node.name !== undefined && ts.isIdentifier(node.name) ? node.name.text : null
}

/** `let`, `var`, and constants that begin as empty containers: these are there to be filled later. */
function stateOf(statement: ts.Statement): string[] {
  if (!ts.isVariableStatement(statement)) return []
  const declarations = statement.declarationList
  const changes = (declarations.flags & ts.NodeFlags.Const) === 0
  return declarations.declarations
    .filter((one) => changes || (isEmptyContainer(one.initializer) && !isReadonly(one.type)))
    .map((one) => one.name.getText())
}

/** Declared as what nobody can write to: a shared nothing. */
function isReadonly(type: ts.TypeNode | undefined): boolean {
  return type !== undefined && /^(?:readonly |Readonly)/.test(type.getText())
}

const CONTAINERS = new Set(['Map', 'Set', 'WeakMap', 'WeakSet', 'LRUCache'])

function isEmptyContainer(value: ts.Expression | undefined): boolean {
  if (value === undefined) return false
  if (ts.isArrayLiteralExpression(value)) return value.elements.length === 0
  if (ts.isObjectLiteralExpression(value)) return value.properties.length === 0
  if (!ts.isNewExpression(value) || !ts.isIdentifier(value.expression)) return false
  const { text } = value.expression
  return CONTAINERS.has(text) && (text === 'LRUCache' || (value.arguments?.length ?? 0) === 0)
}
