export { allServices } from './all-services.ts';
export { applyDemoResources } from './demo/apply-demo-resources.ts';
export { demoConfig } from './demo/demo-config.ts';
export { demoPeople, type DemoPerson } from './demo/demo-people.ts';
export { demoResources, type DemoAddresses } from './demo/demo-resources.ts';
export { startDemoWorld, type DemoWorld } from './demo/demo-world.ts';
export { freePort } from './demo/free-port.ts';
export { startPlatform, type StartOptions } from './start-platform.ts';
export { tour, type TourOptions } from './tour/tour.ts';
