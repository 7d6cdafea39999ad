import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Which layers a package of a layer may import. Data flows one way; a service never imports a service. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  kernel: ['kernel'],
  codec: ['kernel'],
  domain: ['kernel', 'domain'],
  port: ['kernel'],
  adapter: ['kernel', 'port'],
  edge: ['kernel', 'codec', 'domain', 'port', 'adapter', 'edge'],
  service: ['kernel', 'codec', 'domain', 'port', 'adapter', 'edge'],
  composition: ['kernel', 'codec', 'domain', 'port', 'adapter', 'edge', 'service', 'composition'],
};

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly nx: { readonly tags: readonly string[] };
}

const packages = globSync(['libs/*/package.json', 'services/*/package.json'], { cwd: root }).map((file) => {
  const manifest = JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest;
  const layers = manifest.nx.tags.filter((tag) => tag.startsWith('layer:')).map((tag) => tag.slice(6));
  return { folder: dirname(file), manifest, layers };
});
const layerOf = new Map(packages.map(({ manifest, layers }) => [manifest.name, layers[0] ?? '']));

const sources = packages.flatMap(({ folder, manifest, layers }) =>
  globSync('src/**/*.ts', { cwd: join(root, folder) })
    .filter((file) => !file.includes('/gen/'))
    .map((file) => ({
      file: join(folder, file),
      text: readFileSync(join(root, folder, file), 'utf8'),
      manifest,
      layer: layers[0] ?? '',
      isTest: /\.spec(-support)?\.ts$|\/contract\/|spec-support\//.test(file),
    })),
);

function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:^|\n)\s*(?:import|export)\s[^;]*?from\s+'([^']+)'|import\(\s*'([^']+)'/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
}

const packageName = (specifier: string): string =>
  specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? '');

describe('the architecture', () => {
  it('finds the packages', () => {
    expect(packages.length).toBeGreaterThan(25);
    expect(sources.length).toBeGreaterThan(50);
  });

  it('gives every package one known layer', () => {
    const wrong = packages.filter(({ layers }) => layers.length !== 1 || !((layers[0] ?? '') in mayImport));
    expect(wrong.map(({ folder }) => folder)).toEqual([]);
  });

  it('lets data flow one way', () => {
    const wrong = packages.flatMap(({ manifest, layers }) =>
      Object.keys(manifest.dependencies ?? {})
        .filter((name) => layerOf.has(name))
        .filter((name) => !(mayImport[layers[0] ?? ''] ?? []).includes(layerOf.get(name) ?? ''))
        .map((name) => `${manifest.name} (${layers[0]}) must not import ${name} (${layerOf.get(name)})`),
    );
    expect(wrong).toEqual([]);
  });

  it('has no package that imports itself in a circle', () => {
    const graph = new Map(
      packages.map(({ manifest }) => [
        manifest.name,
        Object.keys(manifest.dependencies ?? {}).filter((name) => layerOf.has(name)),
      ]),
    );
    const circles: string[] = [];
    const walk = (name: string, path: readonly string[]): void => {
      if (path.includes(name)) {
        circles.push([...path, name].join(' → '));
        return;
      }
      for (const next of graph.get(name) ?? []) walk(next, [...path, name]);
    };
    for (const name of graph.keys()) walk(name, []);
    expect(circles).toEqual([]);
  });

  it('imports only what a package declares', () => {
    const wrong = sources
      .filter(({ isTest }) => !isTest)
      .flatMap(({ file, text, manifest }) =>
        importsOf(text)
          .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
          .map(packageName)
          .filter((name) => name !== manifest.name && !(name in (manifest.dependencies ?? {})))
          .map((name) => `${file} imports ${name}, which ${manifest.name} does not declare`),
      );
    expect(wrong).toEqual([]);
  });

  it('reaches into no package past its exports', () => {
    const wrong = sources.flatMap(({ file, text }) =>
      importsOf(text)
        .filter((specifier) => {
          if (specifier.startsWith('@inland/')) return /\/(src|dist)\//.test(specifier);
          if (!specifier.startsWith('.')) return false;
          return relative(file.split('/').slice(0, 2).join('/'), join(dirname(file), specifier)).startsWith('..');
        })
        .map((specifier) => `${file}: ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps kernel, codec and domain free of I/O and of Nest', () => {
    const forbidden =
      /^(node:(fs|net|tls|http|https|http2|dgram|dns|child_process|worker_threads|cluster|sqlite)(\/.*)?|@nestjs\/.*|pg|ioredis|kafkajs|ssh2)$/;
    const wrong = sources
      .filter(({ layer, isTest }) => !isTest && ['kernel', 'codec', 'domain'].includes(layer))
      .flatMap(({ file, text }) =>
        importsOf(text)
          .filter((name) => forbidden.test(name))
          .map((name) => `${file}: ${name}`),
      );
    expect(wrong).toEqual([]);
  });

  it('has named exports only, and an index that names them', () => {
    const wrong = sources.filter(({ text }) => /^export default |^export \* from/m.test(text)).map(({ file }) => file);
    expect(wrong).toEqual([]);
  });

  it('calls nothing Manager, Helper, Util, Base or Impl', () => {
    const wrong = sources
      .filter(
        ({ text, file }) =>
          /(?:class|interface|type)\s+\w*(Manager|Helper|Utils?|Base|Impl)\b/.test(text) ||
          /(manager|helper|utils?|impl)\.ts$/.test(file),
      )
      .map(({ file }) => file);
    expect(wrong).toEqual([]);
  });

  it('has a README in every package', () => {
    const missing = packages.filter(({ folder }) => globSync('README.md', { cwd: join(root, folder) }).length === 0);
    expect(missing.map(({ folder }) => folder)).toEqual([]);
  });
});
