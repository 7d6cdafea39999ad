/** What is found of a rule; `error`: it cannot mean what it says. `warning`: it may be meant. */
export interface LintFinding {
  readonly level: 'error' | 'warning';
  /** A constant. */
  readonly code:
    | 'place_unknown'
    | 'region_unknown'
    | 'include_unknown'
    | 'pattern_unreadable'
    | 'requirements_disjoint'
    | 'target_uncovered'
    | 'target_outside'
    | 'target_ungranted'
    | 'policy_covers_nothing'
    | 'policy_adds_nothing'
    | 'forbid_never_matches'
    | 'grant_selects_nothing'
    | 'grant_login_unknown'
    | 'grant_without_people'
    | 'grant_operation_never'
    | 'grant_adds_nothing'
    | 'masking_selects_nothing'
    | 'exception_ended'
    | 'exception_ending'
    | 'grant_ended'
    | 'grant_ending';
  /** `Kind/name`. */
  readonly resource: string;
  /** What is wrong, and what to do. */
  readonly message: string;
}
