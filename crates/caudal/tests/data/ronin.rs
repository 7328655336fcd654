//! Real wallets: 436 transfers of Ether around a sanctioned address.
//!
//! *Source.* <https://github.com/dspytdao/Eth_Data> at 3c66dcb, MIT: what the address that the
//! theft from the Ronin bridge was paid to, and seven wallets that it paid, sent and received from
//! March to September 2022.
//! *Units.* Amounts are floats as text; every digit goes in, and an exponent is written out. The
//! currency has eighteen decimals, and no amount has more.
//! *Places.* Eight wallets are held: the file lists what they sent. Every other address exists and
//! has a history that is not in the file, so it is an account without a statement, and a trace ends
//! there (`frontier`), rather than an outside party where nobody will ask further.
//! *What is missing.* The theft itself. 173,600 ETH left the bridge in an internal transaction of
//! a transfer of 0 ETH (13:29 on 23 March), which lists of transfers between addresses do not show.
//! So the address pays out 173,598.05 ETH more than it receives, and Caudal says so at every payment.

use std::collections::{BTreeMap, BTreeSet};

use caudal::wire::{Result as RuleResult, TraceDocument};
use caudal::{Case, Request};

use crate::{
    ask, assert_conserved, atto, csv_rows, decimal, folder, problem_counts, read, read_text, to,
    without_exponent,
};

/// The sanctioned address.
const THIEF: &str = "\\x098b716b8aaf21512996dc57eb0615e2383e2f96";

/// What the thief is known to have received from the bridge, which the file does not show.
const STOLEN: &str = "173600";

/// The file in Caudal's format, and facts about it found by plain sums.
struct Wallets {
    transfers: String,
    /// Wallets whose payments the file lists.
    held: BTreeSet<String>,
    all: BTreeSet<String>,
    exponents: usize,
    /// Transfers into the thief's wallet that move something, and their sum.
    received: (usize, i128),
    zeros: usize,
    /// How far the thief's wallet falls below zero, and how many payments find too little there.
    missing: i128,
    short: usize,
}

fn wallets() -> Option<Wallets> {
    let folder = folder("lazarus-ronin")?;
    let list = read_text(&folder.join("LazarusGroup.txt")).to_lowercase();
    let held: BTreeSet<String> =
        list.split(['\'', ',', '\n', ' ']).filter(|w| !w.is_empty()).map(str::to_owned).collect();
    let rows = csv_rows(&read(&folder.join("LazarusTabularTxs1322519.csv")));
    let mut found = Wallets {
        transfers: "id,date,payer,payee,amount,currency\n".to_owned(),
        held,
        all: BTreeSet::new(),
        exponents: 0,
        received: (0, 0),
        zeros: 0,
        missing: 0,
        short: 0,
    };
    let mut moves: Vec<(String, i128)> = Vec::new();
    for (at, row) in rows.iter().enumerate().skip(1) {
        let [time, from, to, float] = row.as_slice() else { panic!("four columns") };
        let amount = without_exponent(float);
        found.exponents += usize::from(amount != *float);
        found.zeros += usize::from(atto(&amount) == 0);
        found.transfers += &format!("row{},{time},{from},{to},{amount},ETH\n", at + 1);
        found.all.extend([from.clone(), to.clone()]);
        if to == THIEF && atto(&amount) > 0 {
            found.received.0 += 1;
            found.received.1 += atto(&amount);
            moves.push((time.clone(), atto(&amount)));
        } else if from == THIEF && atto(&amount) > 0 {
            moves.push((time.clone(), -atto(&amount)));
        }
    }
    moves.sort_by(|a, b| a.0.cmp(&b.0));
    let mut balance = 0;
    for (_, amount) in moves {
        balance += amount;
        found.short += usize::from(amount < 0 && balance < 0);
        found.missing = found.missing.max(-balance);
    }
    Some(found)
}

impl Wallets {
    /// The case, with an opening balance of the thief's wallet if one is given.
    fn case(&self, opening: Option<&str>) -> Case {
        let row = |amount| format!("account,currency,amount,label\n{THIEF},ETH,{amount},RONIN\n");
        let opening = opening.map(row);
        let opening = opening.as_ref().map(|rows| ("openings.csv", rows.as_bytes()));
        let mut case = Case::from_bytes("transfers.csv", self.transfers.as_bytes(), opening)
            .unwrap_or_else(|error| panic!("{error:?}"));
        case.without_statement = self.all.difference(&self.held).cloned().collect();
        case.states_accounts = true;
        case
    }
}

/// Endings from the largest, by kind and place.
fn largest(result: &RuleResult) -> Vec<(i128, String)> {
    let endings = result.endings.iter().flatten();
    let mut endings: Vec<_> = endings
        .map(|ending| (atto(&ending.amount), format!("{} {}", ending.kind, ending.place)))
        .collect();
    endings.sort_by(|a, b| b.cmp(a));
    endings
}

fn result_of<'d>(document: &'d TraceDocument, rule: &str) -> &'d RuleResult {
    document.results.iter().find(|result| result.rule == rule).expect("a rule that was asked")
}

fn by_kind(result: &RuleResult) -> BTreeMap<&str, i128> {
    let mut sums = BTreeMap::new();
    for ending in result.endings.iter().flatten() {
        *sums.entry(ending.kind.as_str()).or_default() += atto(&ending.amount);
    }
    sums
}

#[test]
fn what_a_sanctioned_wallet_received_is_traced_and_its_missing_credit_is_seen() {
    let Some(wallets) = wallets() else { return };
    let case = wallets.case(None);
    let request = Request::from([format!("payee:{THIEF}").as_str()]).rule("all").expect("rules");
    let document = ask(&case, &request);
    let sums = assert_conserved(&document, "received");
    let counts = problem_counts(&document);
    // Every payment that finds too little is named, and nothing else is doubtful.
    assert_eq!(counts.get("balance-below-zero"), Some(&wallets.short));
    assert_eq!(counts.get("amount-zero"), Some(&wallets.zeros));
    let known = ["amount-zero", "balance-below-zero", "order-tie-unproved"];
    assert!(counts.keys().all(|code| known.contains(code)), "{counts:?}");
    let fifo = result_of(&document, "fifo");
    let total: i128 = fifo.origin_total.iter().flatten().map(|row| atto(&row.amount)).sum();
    assert_eq!(
        (fifo.origin_total.as_ref().map(Vec::len), total),
        (Some(wallets.received.0), wallets.received.1)
    );
    // Nothing but these receipts and what was lent to it was ever in the wallet, so that all rules
    // agree; what came in while it was in debt repaid the debt.
    let kinds = by_kind(fifo);
    for result in document.results.iter().filter(|r| !r.exposure && !r.rule.starts_with("at-")) {
        assert_eq!(by_kind(result), kinds, "{}", result.rule);
    }
    println!(
        "Ronin: {} amounts with an exponent, {} rows of 0, {} transfers in with {} ETH, {sums} sums \
         of endings equal; {} payments find too little, {} ETH in all; endings {:?}",
        wallets.exponents,
        wallets.zeros,
        wallets.received.0,
        decimal(total),
        wallets.short,
        decimal(wallets.missing),
        kinds.iter().map(|(kind, sum)| (*kind, decimal(*sum))).collect::<BTreeMap<_, _>>()
    );
}

#[test]
fn the_stolen_money_is_followed_through_eight_wallets_under_every_rule() {
    let Some(wallets) = wallets() else { return };
    assert!(wallets.missing < atto(STOLEN), "{} are missing", decimal(wallets.missing));
    let case = wallets.case(Some(STOLEN));
    let request = Request::from(["label:RONIN"]).rule("all").expect("rules");
    let document = ask(&case, &request);
    let sums = assert_conserved(&document, "stolen");
    assert_eq!(problem_counts(&document).get("balance-below-zero"), None);
    for rule in ["fifo", "lifo", "pro-rata", "difo:fifo", "libr:fifo"] {
        let result = result_of(&document, rule);
        let kinds = by_kind(result);
        let rests: Vec<&str> = kinds.keys().copied().collect();
        assert_eq!(rests, ["frontier", "held"], "{rule}");
        let top = largest(result);
        println!(
            "Ronin, {rule}: {} held, {} at {} addresses without statement; the largest: {}",
            decimal(kinds["held"]),
            decimal(kinds["frontier"]),
            top.iter().filter(|(_, place)| place.starts_with("frontier")).count(),
            top.iter()
                .take(3)
                .map(|(sum, place)| format!("{place} {}", decimal(*sum)))
                .collect::<Vec<_>>()
                .join(", ")
        );
    }
    println!("Ronin: {sums} sums of endings equal what was stolen");
}

#[test]
fn a_payment_of_a_second_wallet_is_the_same_from_both_ends() {
    let Some(wallets) = wallets() else { return };
    let case = wallets.case(Some(STOLEN));
    // The payment of 8,506.4 ETH by a wallet that the thief paid.
    let line = wallets.transfers.lines().find(|line| line.contains(",8506.4,")).expect("a payment");
    let target = format!("transfer:{}", line.split(',').next().expect("an id"));
    for rule in ["fifo", "lifo", "pro-rata"] {
        let request = Request::from([]).rule(rule).expect("a rule");
        let backward = ask(&case, &to(request, [target.as_str()]));
        let sources = backward.results[0].sources.as_ref().expect("sources");
        let total: i128 = sources.iter().map(|row| atto(&row.amount)).sum();
        assert_eq!(total, atto("8506.4"), "{rule}");
        let stolen: i128 =
            sources.iter().filter(|row| row.opening.is_some()).map(|row| atto(&row.amount)).sum();
        let request = Request::from(["label:RONIN"]).rule(rule).expect("a rule");
        let forward = ask(&case, &to(request, [target.as_str()]));
        let reached = forward.results[0].reached.as_ref().expect("amounts");
        let reached: i128 = reached.iter().map(|row| atto(&row.amount)).sum();
        assert!((reached - stolen).abs() <= if rule == "pro-rata" { 3 } else { 0 }, "{rule}");
        println!("Ronin, {rule}: {} of 8506.4 are stolen money", decimal(reached));
    }
}
