export { startDemoPostgres, type DemoPostgres, type DemoPostgresOptions } from './postgres/start-demo-postgres.ts';
export { shopCustomers, type Customer } from './postgres/shop-data.ts';
export { startDemoSsh, type DemoSsh, type DemoSshOptions } from './ssh/start-demo-ssh.ts';
