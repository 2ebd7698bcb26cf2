/**
 * Makes a function of a module, so that it can be forgotten: Node keeps what was loaded with `import()` for as long as the
 * process lives, a function goes when nobody holds it.
 *
 * Import and export declarations become what `module-loader.ts` links by; everything else stays where it stood, so that lines
 * (and columns, but where an export is reassigned) in stack traces are those of the file. Types have been stripped before.
 *
 * Runs in the compile process, never in the one that serves. Reads and runs nothing.
 */
import type Typescript from 'typescript'

type Compiler = typeof Typescript

export interface CompiledModule {
  /** An expression: the function that `module-loader.ts` calls. */
  readonly code: string
  /** Characters before the module's own first one, on its first line. */
  readonly prefixLength: number
  readonly requests: readonly ModuleRequest[]
  /** An export is assigned to after it was made: importers want to be told. */
  readonly isLive: boolean
}

/** One module that another one wants. */
export interface ModuleRequest {
  readonly specifier: string
  readonly isJson: boolean
  /** Names that it must export. */
  readonly names: readonly string[]
  /** `export * from` it. */
  readonly isStar: boolean
  /** `import()`: it is run when that is. */
  readonly isDynamic: boolean
  readonly line: number
}

/** `text` is JavaScript; where it is none, what comes out is none either, and V8 says why and where. */
export function compileModule(ts: Compiler, text: string): CompiledModule {
  const file = ts.createSourceFile('module.js', text, ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS)
  const module = new ModuleText(ts, file)
  for (const statement of file.statements) module.statement(statement)
  module.expressions()
  return module.compiled()
}

/** Whether a file that need be neither is written as CommonJS (Node asks the same where package.json says nothing). */
export function looksLikeCommonJs(ts: Compiler, text: string): boolean {
  const file = ts.createSourceFile('module.js', text, ts.ScriptTarget.ESNext, false, ts.ScriptKind.JS)
  return !ts.isExternalModule(file) && /\b(?:module\.exports|exports\.\w|require\()/.test(text)
}

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The name of `export default` where it has none of its own: as long as `export default`, with `let` and `=`. */
const DEFAULT = '$$export'

class ModuleText {
  readonly #ts: Compiler
  readonly #file: Typescript.SourceFile
  readonly #edits: Edit[] = []
  readonly #requests: ModuleRequest[] = []
  /** Text of `(namespace) => { … }` by index of the request. */
  readonly #setters: string[] = []
  /** Local variables that hold what is imported. */
  readonly #imported: string[] = []
  /** What is exported as which name: an expression. */
  readonly #exports = new Map<string, string>()
  /** Exported variables that may be assigned to. */
  readonly #variables = new Set<string>()
  #isLive = false

  constructor(ts: Compiler, file: Typescript.SourceFile) {
    this.#ts = ts
    this.#file = file
    const shebang = ts.getShebang(file.text)
    if (shebang !== undefined) this.#edits.push({ start: 0, end: 2, text: '//' })
  }

  statement(node: Typescript.Statement): void {
    const ts = this.#ts
    if (ts.isImportDeclaration(node)) this.#import(node)
    else if (ts.isExportDeclaration(node)) this.#exportNames(node)
    else if (ts.isExportAssignment(node)) {
      this.#replaceModifier(node.getStart(), node.expression.getStart(), `let ${DEFAULT} =`)
      this.#exports.set('default', DEFAULT)
    } else if (ts.isVariableStatement(node)) this.#exportVariables(node)
    else if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) this.#exportDeclaration(node)
  }

  /** Finds `import()`, `import.meta`, and assignments to what is exported, wherever they are. */
  expressions(): void {
    const ts = this.#ts
    const walk = (node: Typescript.Node): void => {
      if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) {
        this.#edit(node.getStart(), node.getEnd(), '$$meta'.padEnd(node.getWidth()))
      } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
        this.#dynamicImport(node)
      } else if (this.#assigns(node)) {
        this.#isLive = true
        this.#edit(node.getStart(), node.getStart(), '$$told(')
        this.#edit(node.getEnd(), node.getEnd(), ')')
      } else if ((ts.isForInStatement(node) || ts.isForOfStatement(node)) && this.#names(node.initializer)) {
        this.#isLive = true
        this.#edit(node.statement.getStart(), node.statement.getStart(), '{$$told();')
        this.#edit(node.statement.getEnd(), node.statement.getEnd(), '}')
      }
      ts.forEachChild(node, walk)
    }
    walk(this.#file)
  }

  compiled(): CompiledModule {
    const variables = this.#imported.length === 0 ? '' : `let ${this.#imported.join(',')};`
    const exported = [...this.#exports].map(([name, value]) => `${JSON.stringify(name)}:()=>${value}`)
    const prefix =
      `'use strict';(async function($$link,$$load,$$meta,$$told){${variables}` +
      `await $$link([${this.#setters.join(',')}],{__proto__:null,${exported.join(',')}});`
    return {
      code: `${prefix}${this.#editedText()}\n})`,
      prefixLength: prefix.length,
      requests: this.#requests,
      isLive: this.#isLive,
    }
  }

  #import(node: Typescript.ImportDeclaration): void {
    const ts = this.#ts
    const names: string[] = []
    let setter = ''
    const bind = (local: string, value: string): void => {
      this.#imported.push(local)
      setter += `${local}=${value};`
    }
    const clause = node.importClause
    if (clause?.name !== undefined) {
      names.push('default')
      bind(clause.name.text, '$$.default')
    }
    const bindings = clause?.namedBindings
    if (bindings !== undefined && ts.isNamespaceImport(bindings)) bind(bindings.name.text, '$$')
    else if (bindings !== undefined) {
      for (const { name, propertyName } of bindings.elements) {
        const wanted = (propertyName ?? name).text
        names.push(wanted)
        bind(name.text, `$$[${JSON.stringify(wanted)}]`)
      }
    }
    this.#request(node.moduleSpecifier, node.attributes, names, false, setter)
    this.#blank(node)
  }

  #exportNames(node: Typescript.ExportDeclaration): void {
    const ts = this.#ts
    const { exportClause: clause, moduleSpecifier: from } = node
    this.#blank(node)
    if (from === undefined) {
      if (clause === undefined || !ts.isNamedExports(clause)) return
      for (const { name, propertyName } of clause.elements) {
        const local = (propertyName ?? name).text
        this.#exports.set(name.text, local)
        this.#variables.add(local)
      }
      return
    }
    if (clause === undefined) {
      this.#request(from, node.attributes, [], true, '')
      return
    }
    const names: string[] = []
    let setter = ''
    const pass = (name: string, value: string): void => {
      const local = `$$from${this.#imported.length}`
      this.#imported.push(local)
      this.#exports.set(name, local)
      setter += `${local}=${value};`
    }
    if (ts.isNamespaceExport(clause)) pass(clause.name.text, '$$')
    else {
      for (const { name, propertyName } of clause.elements) {
        const wanted = (propertyName ?? name).text
        names.push(wanted)
        pass(name.text, `$$[${JSON.stringify(wanted)}]`)
      }
    }
    this.#request(from, node.attributes, names, false, setter)
  }

  #exportVariables(node: Typescript.VariableStatement): void {
    const ts = this.#ts
    const keyword = exportKeyword(ts, node)
    if (keyword === undefined) return
    this.#blank(keyword)
    const isConst = (node.declarationList.flags & ts.NodeFlags.Const) !== 0
    const add = (name: Typescript.BindingName): void => {
      if (ts.isIdentifier(name)) {
        this.#exports.set(name.text, name.text)
        if (!isConst) this.#variables.add(name.text)
      } else {
        for (const element of name.elements) if (ts.isBindingElement(element)) add(element.name)
      }
    }
    for (const declaration of node.declarationList.declarations) add(declaration.name)
  }

  #exportDeclaration(node: Typescript.FunctionDeclaration | Typescript.ClassDeclaration): void {
    const ts = this.#ts
    const keyword = exportKeyword(ts, node)
    if (keyword === undefined) return
    const modifiers: readonly Typescript.Node[] = node.modifiers ?? []
    const byDefault = modifiers.find((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword)
    const name = node.name?.text
    if (byDefault === undefined || name !== undefined) {
      this.#blank(keyword)
      if (byDefault !== undefined) this.#blank(byDefault)
      this.#exports.set(byDefault === undefined ? (name ?? '') : 'default', name ?? '')
      if (name !== undefined) this.#variables.add(name)
      return
    }
    // Behind a declaration no semicolon is needed; behind what it becomes, one is.
    this.#replaceModifier(keyword.getStart(), byDefault.getEnd(), `let ${DEFAULT} =`)
    this.#edit(node.getEnd(), node.getEnd(), ';')
    this.#exports.set('default', DEFAULT)
  }

  #dynamicImport(node: Typescript.CallExpression): void {
    const specifier = node.arguments[0]
    this.#edit(node.expression.getStart(), node.expression.getEnd(), '$$load')
    if (specifier === undefined || !this.#ts.isStringLiteralLike(specifier)) return
    this.#requests.push({
      specifier: specifier.text,
      isJson: node.arguments.length > 1,
      names: [],
      isStar: false,
      isDynamic: true,
      line: this.#lineOf(node),
    })
    this.#setters.push('')
  }

  #request(
    from: Typescript.Expression,
    attributes: Typescript.ImportAttributes | undefined,
    names: readonly string[],
    isStar: boolean,
    setter: string,
  ): void {
    const specifier = this.#ts.isStringLiteral(from) ? from.text : ''
    this.#requests.push({
      specifier,
      isJson: attributes !== undefined,
      names,
      isStar,
      isDynamic: false,
      line: this.#lineOf(from),
    })
    this.#setters.push(setter === '' ? '' : `($$)=>{${setter}}`)
  }

  /** Whether `node` assigns to an exported variable, or to another one of that name, for which telling does no harm. */
  #assigns(node: Typescript.Node): boolean {
    const ts = this.#ts
    if (this.#variables.size === 0) return false
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken
      const { FirstAssignment, LastAssignment } = ts.SyntaxKind
      return kind >= FirstAssignment && kind <= LastAssignment && this.#names(node.left)
    }
    if (!ts.isPrefixUnaryExpression(node) && !ts.isPostfixUnaryExpression(node)) return false
    const { PlusPlusToken, MinusMinusToken } = ts.SyntaxKind
    return [PlusPlusToken, MinusMinusToken].includes(node.operator) && this.#names(node.operand)
  }

  /** Whether an exported variable is named anywhere in `target`. */
  #names(target: Typescript.Node): boolean {
    const ts = this.#ts
    if (ts.isIdentifier(target)) return this.#variables.has(target.text)
    if (ts.isPropertyAccessExpression(target) || ts.isElementAccessExpression(target)) return false
    return ts.forEachChild(target, (child) => this.#names(child)) ?? false
  }

  #replaceModifier(start: number, end: number, text: string): void {
    const old = this.#file.text.slice(start, end)
    const blanks = text.padEnd(old.length)
    // Lines stay where they were, even where somebody breaks one between `export` and `default`.
    const breaks = old.split('\n').length - 1
    this.#edit(start, end, breaks === 0 ? blanks : `${text}${'\n'.repeat(breaks)}`)
  }

  #blank(node: Typescript.Node): void {
    const old = this.#file.text.slice(node.getStart(), node.getEnd())
    const blanks = old.replace(/[^\r\n\u2028\u2029]/g, ' ')
    // Where it ended a statement that had no semicolon, it still does.
    const isStatement = this.#ts.isImportDeclaration(node) || this.#ts.isExportDeclaration(node)
    this.#edit(node.getStart(), node.getEnd(), isStatement ? `;${blanks.slice(1)}` : blanks)
  }

  #edit(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text })
  }

  #lineOf(node: Typescript.Node): number {
    return this.#file.getLineAndCharacterOfPosition(node.getStart()).line + 1
  }

  #editedText(): string {
    const { text } = this.#file
    let made = ''
    let at = 0
    // Of insertions at one place the outer one was found first; at an end it comes last.
    const edits = this.#edits
      .map((edit, i) => ({ ...edit, i }))
      .sort((a, b) => a.start - b.start || a.end - b.end || (a.text === ')' ? b.i - a.i : a.i - b.i))
    for (const edit of edits) {
      made += text.slice(at, edit.start) + edit.text
      at = edit.end
    }
    return made + text.slice(at)
  }
}

function exportKeyword(
  ts: Compiler,
  node: Typescript.VariableStatement | Typescript.FunctionDeclaration | Typescript.ClassDeclaration,
): Typescript.ModifierLike | undefined {
  return node.modifiers?.find((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)
}
