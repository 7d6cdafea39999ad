import { join } from 'node:path';

/** Tests are run in the project's folder. */
export const projectFolder = process.cwd();
export const inlandProgram = join(projectFolder, 'services/cli/bin/inland.js');
