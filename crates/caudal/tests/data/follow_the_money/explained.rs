//! Every difference between their trajectories and Caudal's routes, and why.
//!
//! *Shape.* A place is a run, a heuristic and a trajectory: the transactions in order, and `held`,
//! `cut`, `cut-off` (their time limit) or `below@ACCOUNT` where it did not leave. `existing` begins
//! what they did not follow from its entry. Amounts are theirs and Caudal's, the latter to six
//! decimals. Where a trajectory is missing on one side its amount there is 0.

/// A place, their amount and Caudal's.
pub(super) type Row = (&'static str, &'static str, &'static str);

/// Why, and where.
pub(super) const EXPLAINED: &[(&str, &[Row])] = &[
    // Their size limit looks at every piece: a piece that leaves below it is cut at once. Caudal's
    // threshold looks at what an account holds (`TRACING` 11.4): the piece reaches where it goes, and
    // drops out only where an account holds so little of the origin.
    (
        "a size limit on pieces",
        &[
            ("2_size_limits/account_sm500 mixed 10000021,10000025", "0", "4.390244"),
            ("2_size_limits/account_sm500 mixed 10000021,cut", "4.390244", "0"),
            ("2_size_limits/network_sm30000 lifo 3,4,9", "0", "100"),
            ("2_size_limits/network_sm30000 lifo 3,4,cut", "100", "0"),
            ("2_size_limits/network_sm30000 mixed 1,below@DDD", "0", "250"),
            ("2_size_limits/network_sm30000 mixed 1,cut", "250", "0"),
            ("2_size_limits/network_sm30000 mixed 3,4,9", "0", "100"),
            ("2_size_limits/network_sm30000 mixed 3,4,cut", "100", "0"),
            ("2_size_limits/network_sm30000 mixed 5,below@DDD", "0", "250"),
            ("2_size_limits/network_sm30000 mixed 5,cut", "250", "0"),
            ("3_time_window/account_plus mixed 10000004,10000028", "0", "0.006944"),
            ("3_time_window/account_plus mixed 10000004,cut", "0.006944", "0"),
            ("9_pairwise/network_sm30000 mixed 1,below@DDD", "0", "250"),
            ("9_pairwise/network_sm30000 mixed 5,below@DDD", "0", "250"),
        ],
    ),
    // What fell below their size limit joins money called existing, and once a payment takes enough of
    // it a new trajectory begins in the middle. Caudal begins a trace only at a named origin: what
    // fell below the threshold rests there as an ending.
    (
        "existing money starts anew",
        &[
            ("2_size_limits/account_sm500 mixed existing,10000028", "5", "0"),
            ("2_size_limits/network_sm30000 mixed 6,8", "500", "0"),
            ("2_size_limits/network_sm30000 mixed existing,10", "500", "0"),
            ("9_pairwise/account_sm500 mixed existing,10000028", "5", "0"),
            ("9_pairwise/network_sm30000 mixed existing,10", "500", "0"),
        ],
    ),
    // Told to infer nothing, they say nothing of untracked money that is still there at the end. Caudal
    // holds it: the endings of every origin add up.
    (
        "untracked money at the end is not told",
        &[
            ("4_known_balances/account_balances_ninf lifo existing,held", "0", "20"),
            ("4_known_balances/account_balances_ninf mixed existing,held", "0", "0.111111"),
            ("4_known_balances/account_missing_ninf lifo existing,held", "0", "20"),
            ("4_known_balances/account_missing_ninf mixed existing,held", "0", "1.222222"),
        ],
    ),
    // Their fee is a share of each trajectory through a payment. Caudal's fee is a transfer of its own
    // immediately before the payment (`TRACING` 9.2), so under `lifo` it takes the newest money. Fee
    // and payment together take the same of each entry on both sides: 1,100 and 550.
    (
        "a fee as a share",
        &[
            ("5_provider_fees/network_fees lifo 3,7,8", "1000", "950"),
            ("5_provider_fees/network_fees lifo 3,7,8:fee", "100", "150"),
            ("5_provider_fees/network_fees lifo 5,6,8", "500", "550"),
            ("5_provider_fees/network_fees lifo 5,6,8:fee", "50", "0"),
        ],
    ),
    // AAA is outside their boundary as a depositor and inside it as the payee of transaction 10. They
    // let its deposit 12 cut what it holds, although the money of 12 comes from outside. Caudal has
    // an account AAA, which holds it, and an outside party @AAA.
    (
        "an inconsistent boundary",
        &[
            ("7_inconsistencies/inc_i+ lifo 1,10,cut", "500", "0"),
            ("7_inconsistencies/inc_i+ lifo 1,10,held", "0", "500"),
            ("7_inconsistencies/inc_t lifo 1,10,cut", "500", "0"),
            ("7_inconsistencies/inc_t lifo 1,10,held", "0", "500"),
        ],
    ),
    // They keep a balance of AAA also while it is outside their boundary; once it has been inside,
    // that balance (what withdrawals 8 and 10 brought, less 12) leaves at the end as a trajectory of
    // existing money. An outside party of Caudal has no balance.
    (
        "the balance of an outside party",
        &[
            ("7_inconsistencies/inc_t lifo existing,held", "1000", "0"),
            ("7_inconsistencies/otc_t lifo existing,held", "1000", "0"),
        ],
    ),
    // A time limit has no counterpart: no rule of law lets traced money go stale. They stop after so
    // many hours, and a new trajectory of existing money begins where Caudal goes on with the old
    // one. Every transfer carries the same on both sides.
    (
        "a time limit",
        &[
            ("8_time_cutoffs/acct_72.0hr lifo 10000015,10000020", "0", "10"),
            ("8_time_cutoffs/acct_72.0hr lifo 10000015,cut-off", "10", "0"),
            ("8_time_cutoffs/acct_72.0hr lifo 10000021,10000028", "0", "5"),
            ("8_time_cutoffs/acct_72.0hr lifo 10000021,cut-off", "5", "0"),
            ("8_time_cutoffs/acct_72.0hr lifo existing,10000020", "10", "0"),
            ("8_time_cutoffs/acct_72.0hr lifo existing,10000028", "5", "0"),
            ("8_time_cutoffs/acct_72.0hr mixed 10000015,10000020", "0", "5"),
            ("8_time_cutoffs/acct_72.0hr mixed 10000015,cut-off", "5", "0"),
            ("8_time_cutoffs/acct_72.0hr mixed 10000021,10000027", "0", "0.243902"),
            ("8_time_cutoffs/acct_72.0hr mixed 10000021,10000028", "0", "0.121951"),
            ("8_time_cutoffs/acct_72.0hr mixed 10000021,cut-off", "0.365854", "0"),
            ("8_time_cutoffs/acct_72.0hr mixed existing,10000020", "5", "0"),
            ("8_time_cutoffs/acct_72.0hr mixed existing,10000027", "0.243902", "0"),
            ("8_time_cutoffs/acct_72.0hr mixed existing,10000028", "0.121951", "0"),
            ("8_time_cutoffs/acct_72.0hr_abs lifo 10000015,10000020", "0", "10"),
            ("8_time_cutoffs/acct_72.0hr_abs lifo 10000015,cut-off", "10", "0"),
            ("8_time_cutoffs/acct_72.0hr_abs lifo 10000021,10000028", "0", "5"),
            ("8_time_cutoffs/acct_72.0hr_abs lifo 10000021,cut-off", "5", "0"),
            ("8_time_cutoffs/acct_72.0hr_abs lifo existing,10000020", "10", "0"),
            ("8_time_cutoffs/acct_72.0hr_abs lifo existing,10000028", "5", "0"),
            ("8_time_cutoffs/acct_72.0hr_abs mixed 10000015,10000020", "0", "5"),
            ("8_time_cutoffs/acct_72.0hr_abs mixed 10000015,cut-off", "5", "0"),
            ("8_time_cutoffs/acct_72.0hr_abs mixed 10000021,10000027", "0", "0.243902"),
            ("8_time_cutoffs/acct_72.0hr_abs mixed 10000021,10000028", "0", "0.121951"),
            ("8_time_cutoffs/acct_72.0hr_abs mixed 10000021,cut-off", "0.365854", "0"),
            ("8_time_cutoffs/acct_72.0hr_abs mixed existing,10000020", "5", "0"),
            ("8_time_cutoffs/acct_72.0hr_abs mixed existing,10000027", "0.243902", "0"),
            ("8_time_cutoffs/acct_72.0hr_abs mixed existing,10000028", "0.121951", "0"),
            ("8_time_cutoffs/ntwk_48.0hr lifo 1,10", "0", "500"),
            ("8_time_cutoffs/ntwk_48.0hr lifo 1,cut-off", "500", "0"),
            ("8_time_cutoffs/ntwk_48.0hr lifo 3,4,11", "0", "900"),
            ("8_time_cutoffs/ntwk_48.0hr lifo 3,4,cut-off", "900", "0"),
            ("8_time_cutoffs/ntwk_48.0hr lifo existing,10", "500", "0"),
            ("8_time_cutoffs/ntwk_48.0hr lifo existing,11", "900", "0"),
            ("8_time_cutoffs/ntwk_48.0hr_abs lifo 1,10", "0", "500"),
            ("8_time_cutoffs/ntwk_48.0hr_abs lifo 1,cut-off", "500", "0"),
            ("8_time_cutoffs/ntwk_48.0hr_abs lifo 3,4,11", "0", "900"),
            ("8_time_cutoffs/ntwk_48.0hr_abs lifo 3,4,9", "0", "100"),
            ("8_time_cutoffs/ntwk_48.0hr_abs lifo 3,4,cut-off", "1000", "0"),
            ("8_time_cutoffs/ntwk_48.0hr_abs lifo 3,7,8", "0", "1000"),
            ("8_time_cutoffs/ntwk_48.0hr_abs lifo 3,7,cut-off", "1000", "0"),
            ("8_time_cutoffs/ntwk_48.0hr_abs lifo existing,10", "500", "0"),
            ("8_time_cutoffs/ntwk_48.0hr_abs lifo existing,11", "900", "0"),
            ("8_time_cutoffs/ntwk_48.0hr_abs lifo existing,8", "1000", "0"),
            ("8_time_cutoffs/ntwk_48.0hr_abs lifo existing,9", "100", "0"),
        ],
    ),
];
