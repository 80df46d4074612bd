/** What a piece of code declares, imports and mentions: read from its syntax, without a compiler. */
import ts from 'typescript';

export interface Names {
  /** Declared at its top level. */
  readonly values: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
  /** Of these, and of what it hands on, what it exports. */
  readonly exported: ReadonlySet<string>;
  readonly imports: readonly Import[];
  /** Every identifier in it. */
  readonly mentioned: ReadonlySet<string>;
}

/** An import declaration, and the names that it makes. */
export interface Import {
  readonly from: string;
  /** Where it stands in the code. */
  readonly start: number;
  readonly end: number;
  /** Each name, with the clause that imports it alone: `{ task as run }`. */
  readonly names: ReadonlyMap<string, string>;
}

export function namesOf(code: string): Names {
  const source = ts.createSourceFile('block.ts', code, ts.ScriptTarget.ES2022);
  const values = new Set<string>();
  const types = new Set<string>();
  const exported = new Set<string>();
  const imports: Import[] = [];
  for (const statement of source.statements) {
    const made = declaredBy(statement);
    for (const name of made.values) values.add(name);
    for (const name of made.types) types.add(name);
    if (isExported(statement)) for (const name of [...made.values, ...made.types]) exported.add(name);
    for (const name of handedOn(statement)) exported.add(name);
    if (ts.isImportDeclaration(statement)) imports.push(importOf(statement, source));
  }
  return { values, types, exported, imports, mentioned: mentionedIn(source) };
}

function declaredBy(statement: ts.Statement): { values: string[]; types: string[] } {
  if (ts.isVariableStatement(statement)) {
    return { values: statement.declarationList.declarations.flatMap(({ name }) => bound(name)), types: [] };
  }
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
    return { values: [], types: [statement.name.text] };
  }
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isEnumDeclaration(statement)
  ) {
    return { values: statement.name === undefined ? [] : [statement.name.text], types: [] };
  }
  return { values: [], types: [] };
}

/** The names that a pattern binds: `{ a, b: [c] }` binds a and c. */
function bound(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? bound(element.name) : []));
}

const isExported = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

/** The names of `export { a, b } from 'c'`. */
function handedOn(statement: ts.Statement): string[] {
  if (!ts.isExportDeclaration(statement) || statement.exportClause === undefined) return [];
  const { exportClause } = statement;
  return ts.isNamedExports(exportClause)
    ? exportClause.elements.map(({ name }) => name.text)
    : [exportClause.name.text];
}

function importOf(statement: ts.ImportDeclaration, source: ts.SourceFile): Import {
  const names = new Map<string, string>();
  const clause = statement.importClause;
  if (clause?.name) names.set(clause.name.text, clause.name.text);
  const bindings = clause?.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings)) names.set(bindings.name.text, bindings.getText(source));
  if (bindings && ts.isNamedImports(bindings)) {
    for (const element of bindings.elements) names.set(element.name.text, `{ ${element.getText(source)} }`);
  }
  return {
    from: (statement.moduleSpecifier as ts.StringLiteral).text,
    start: statement.getStart(source),
    end: statement.getEnd(),
    names,
  };
}

function mentionedIn(source: ts.SourceFile): Set<string> {
  const mentioned = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) mentioned.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return mentioned;
}
