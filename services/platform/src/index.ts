export { allServices } from './all-services.ts';
export { startPlatform, type PlatformOptions } from './start-platform.ts';
