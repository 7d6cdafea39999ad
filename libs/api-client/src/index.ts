export { ApiClient, type ApiContext, type Token } from './api-client.ts';
