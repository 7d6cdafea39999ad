export { startDemoPostgres, type DemoPostgres, type DemoPostgresOptions } from './postgres/start-demo-postgres.ts';
export { shopCustomers, type Customer } from './postgres/shop-data.ts';
