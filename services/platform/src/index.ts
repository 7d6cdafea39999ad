export { demoPeople, type DemoPerson } from './demo/demo-people.ts';
export { demoResources, type DemoAddresses } from './demo/demo-resources.ts';
export { freePort } from './demo/free-port.ts';
export { tour, type TourOptions } from './tour/tour.ts';
