import { constants } from 'node:fs';
import {
  chmod,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
  truncate,
  utimes,
  type FileHandle,
} from 'node:fs/promises';
import { join, posix } from 'node:path';
import ssh2, { type Attributes, type SFTPWrapper } from 'ssh2';
import { attributesOf, entryOf } from './sftp-attributes.ts';

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp;

type Handle =
  | { readonly kind: 'file'; readonly file: FileHandle }
  | { readonly kind: 'folder'; readonly path: string; read: boolean };

const handlesMax = 256;

/** A folder by SFTP version 3: the person sees it as `/`. Links are neither made nor resolved for them. */
export class SftpFolder {
  readonly #sftp: SFTPWrapper;
  readonly #folder: string;
  readonly #handles = new Map<number, Handle>();
  #next = 0;

  constructor(sftp: SFTPWrapper, folder: string) {
    this.#sftp = sftp;
    this.#folder = folder;
    this.#answerFiles();
    this.#answerFolders();
    this.#answerPaths();
    // The client says that it is done by the end of its stream alone.
    sftp.on('end', () => sftp.end());
    sftp.on('close', () => {
      for (const handle of this.#handles.values()) if (handle.kind === 'file') void handle.file.close();
      this.#handles.clear();
    });
  }

  #answerFiles(): void {
    const sftp = this.#sftp;
    sftp.on('OPEN', (id, path, flags, attributes) =>
      this.#try(id, async () => {
        const file = await open(this.#real(path), openFlags(flags), attributes.mode ?? 0o644);
        this.#give(id, { kind: 'file', file });
      }),
    );
    sftp.on('READ', (id, handle, offset, length) =>
      this.#try(id, async () => {
        const { bytesRead, buffer } = await this.#file(handle).read(
          Buffer.alloc(Math.min(length, 256 * 1024)),
          0,
          null,
          offset,
        );
        if (bytesRead === 0) sftp.status(id, STATUS_CODE.EOF);
        else sftp.data(id, buffer.subarray(0, bytesRead));
      }),
    );
    sftp.on('WRITE', (id, handle, offset, data) =>
      this.#done(id, async () => {
        await this.#file(handle).write(data, 0, data.length, offset);
      }),
    );
    sftp.on('FSTAT', (id, handle) =>
      this.#try(id, async () => sftp.attrs(id, attributesOf(await this.#file(handle).stat()))),
    );
    sftp.on('FSETSTAT', (id, handle, attributes) =>
      this.#done(id, async () => {
        const file = this.#file(handle);
        if (attributes.size !== undefined) await file.truncate(attributes.size);
        if (attributes.mode !== undefined) await file.chmod(attributes.mode & 0o777);
        if (attributes.mtime !== undefined) await file.utimes(attributes.atime, attributes.mtime);
      }),
    );
    sftp.on('CLOSE', (id, handle) =>
      this.#done(id, async () => {
        const found = this.#handle(handle);
        this.#handles.delete(handle.readUInt32BE(0));
        if (found.kind === 'file') await found.file.close();
      }),
    );
  }

  #answerFolders(): void {
    const sftp = this.#sftp;
    sftp.on('OPENDIR', (id, path) =>
      this.#try(id, async () => {
        const real = this.#real(path);
        await readdir(real);
        this.#give(id, { kind: 'folder', path: real, read: false });
      }),
    );
    sftp.on('READDIR', (id, handle) =>
      this.#try(id, async () => {
        const folder = this.#handle(handle);
        if (folder.kind !== 'folder') throw new Error('not a folder');
        if (folder.read) return sftp.status(id, STATUS_CODE.EOF);
        folder.read = true;
        const names = (await readdir(folder.path)).sort().slice(0, 1_000);
        return sftp.name(
          id,
          await Promise.all(names.map(async (name) => entryOf(name, await lstat(join(folder.path, name))))),
        );
      }),
    );
    sftp.on('MKDIR', (id, path) => this.#done(id, () => mkdir(this.#real(path))));
    sftp.on('RMDIR', (id, path) => this.#done(id, () => rmdir(this.#real(path))));
  }

  #answerPaths(): void {
    const sftp = this.#sftp;
    sftp.on('REALPATH', (id, path) => {
      const filename = shown(path);
      sftp.name(id, [{ filename, longname: filename, attrs: {} as Attributes }]);
    });
    sftp.on('STAT', (id, path) =>
      this.#try(id, async () => sftp.attrs(id, attributesOf(await stat(this.#real(path))))),
    );
    sftp.on('LSTAT', (id, path) =>
      this.#try(id, async () => sftp.attrs(id, attributesOf(await lstat(this.#real(path))))),
    );
    sftp.on('SETSTAT', (id, path, attributes) =>
      this.#done(id, async () => {
        const real = this.#real(path);
        if (attributes.size !== undefined) await truncate(real, attributes.size);
        if (attributes.mode !== undefined) await chmod(real, attributes.mode & 0o777);
        if (attributes.mtime !== undefined) await utimes(real, attributes.atime, attributes.mtime);
      }),
    );
    sftp.on('REMOVE', (id, path) => this.#done(id, () => rm(this.#real(path))));
    sftp.on('RENAME', (id, from, to) => this.#done(id, () => rename(this.#real(from), this.#real(to))));
  }

  #real(path: string): string {
    return join(this.#folder, shown(path));
  }

  #give(id: number, handle: Handle): void {
    if (this.#handles.size >= handlesMax) throw new Error('too many open files');
    const number = this.#next++;
    this.#handles.set(number, handle);
    const name = Buffer.alloc(4);
    name.writeUInt32BE(number);
    this.#sftp.handle(id, name);
  }

  #handle(name: Buffer): Handle {
    const handle = name.length === 4 ? this.#handles.get(name.readUInt32BE(0)) : undefined;
    if (handle === undefined) throw new Error('no such handle');
    return handle;
  }

  #file(name: Buffer): FileHandle {
    const handle = this.#handle(name);
    if (handle.kind !== 'file') throw new Error('not a file');
    return handle.file;
  }

  #done(id: number, work: () => Promise<void>): void {
    this.#try(id, async () => {
      await work();
      this.#sftp.status(id, STATUS_CODE.OK);
    });
  }

  #try(id: number, work: () => Promise<void>): void {
    work().catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') this.#sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
      else if (error.code === 'EACCES' || error.code === 'EPERM') this.#sftp.status(id, STATUS_CODE.PERMISSION_DENIED);
      else this.#sftp.status(id, STATUS_CODE.FAILURE, error.code ?? 'failed');
    });
  }
}

/** The path as the person sees it: absolute, and never above the folder. */
const shown = (path: string): string => posix.normalize(`/${path}`).replace(/(?<=.)\/$/, '');

function openFlags(flags: number): number {
  const { READ, WRITE, APPEND, CREAT, TRUNC, EXCL } = OPEN_MODE;
  const access = flags & WRITE ? (flags & READ ? constants.O_RDWR : constants.O_WRONLY) : constants.O_RDONLY;
  return (
    access |
    (flags & APPEND ? constants.O_APPEND : 0) |
    (flags & CREAT ? constants.O_CREAT : 0) |
    (flags & TRUNC ? constants.O_TRUNC : 0) |
    (flags & EXCL ? constants.O_EXCL : 0)
  );
}
