export { readSignedBundle, type BundleKey, type SignedBundle } from './signed-bundle.ts';
