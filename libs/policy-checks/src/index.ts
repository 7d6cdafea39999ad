export { accessMatrix, type AccessMatrix, type MatrixCell, type MatrixOptions } from './access-matrix.ts';
export { accessInput, type AccessDefaults } from './access-input.ts';
export { lintWorld } from './lint-world.ts';
export { type LintFinding } from './lint-finding.ts';
export { matrixCsv, matrixSvg } from './matrix-forms.ts';
export { parsePolicyFile, type PolicyFile } from './parse-policy-file.ts';
export { policyTestJsonSchema, type PolicyTest, type StatedAccess } from './policy-test.ts';
export { runPolicyTest, type CaseResult } from './run-policy-test.ts';
export { worldWith } from './world-with.ts';
