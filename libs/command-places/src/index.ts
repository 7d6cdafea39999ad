export {
  CommandPlaces,
  type AddressPlaces,
  type CommandLeads,
  type ReadCommand,
  type TextLeads,
} from './command-places.ts';
export { sqlLeads } from './sql-leads.ts';
