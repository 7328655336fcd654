//! Generated worlds against themselves: what the files say, read back by the plainest scanners, is
//! the truth wherever no fault is on record, and differs by the recorded amount where one is.

use std::collections::{BTreeMap, BTreeSet};

use caudal_testkit::worlds::{
    Account, Country, FaultKind, Month, Party, Side, TransferKind, World, WorldFile, WorldOptions,
    as_ledger, generate,
};

fn worlds() -> Vec<World> {
    let world = |seed| generate(&WorldOptions { seed, ..WorldOptions::default() });
    (1..=4).map(world).collect()
}

fn bare() -> World {
    generate(&WorldOptions {
        with_references: false,
        with_names: false,
        has_fx: false,
        has_fees: false,
        ..WorldOptions::default()
    })
}

#[test]
fn entries_add_up_to_balances_and_belong_to_their_transfers() {
    for world in worlds() {
        let mut balances: Vec<i128> = world.accounts.iter().map(|a| a.opening_minor).collect();
        let place = |at: usize| (world.entries[at].account, world.entries[at].day);
        assert!((1..world.entries.len()).all(|at| place(at - 1) <= place(at)));
        for (at, entry) in world.entries.iter().enumerate() {
            balances[entry.account] += entry.minor;
            assert_eq!(entry.balance_after_minor, balances[entry.account]);
            let transfer = &world.transfers[entry.cause];
            let (party, named, minor) = match entry.side {
                Side::Payer => (transfer.payer, transfer.payer_entry, -transfer.paid_minor),
                Side::Payee => (transfer.payee, transfer.payee_entry, transfer.received_minor),
                Side::Charge => (transfer.payer, transfer.charge_entry, -transfer.charged_minor),
            };
            assert_eq!(party, Party::Account(entry.account));
            assert_eq!((named.map(|id| id.0), minor), (Some(at), entry.minor));
            assert_eq!(entry.transfer.is_none(), entry.side == Side::Charge);
        }
        let months = world.months();
        for (account, balance) in balances.iter().enumerate() {
            let last_day = months.last().unwrap().last_day();
            assert_eq!(world.balance_minor(account, last_day), *balance);
            let before = months[0].first_day() - 1;
            assert_eq!(world.balance_minor(account, before), world.accounts[account].opening_minor);
        }
    }
}

#[test]
fn transfers_are_positive_and_booked_on_open_days_in_order() {
    for world in worlds() {
        for transfer in &world.transfers {
            assert!(transfer.paid_minor > 0 && transfer.received_minor > 0);
            assert_ne!(transfer.payer, transfer.payee);
            assert!(transfer.payer.account().or(transfer.payee.account()).is_some());
            let (payer_day, payee_day) = (transfer.payer_day, transfer.payee_day);
            assert!(transfer.execution_day <= payer_day && payer_day <= payee_day);
            let open = |day: &i32| !matches!(day.rem_euclid(7), 2 | 3);
            assert!(open(&payer_day) && open(&payee_day), "1970-01-03 was a Saturday");
            assert!((payer_day + 1..=payee_day).filter(open).count() <= 3);
        }
        let below_zero = world.entries.iter().filter(|e| e.balance_after_minor < 0).count();
        assert!(below_zero * 10 < world.entries.len(), "{below_zero} entries below zero");
    }
}

#[test]
fn files_say_the_truth_row_by_row_where_no_fault_is_injected() {
    let mut formats = BTreeSet::new();
    for world in worlds().into_iter().chain([bare()]) {
        let mut seen = BTreeSet::new();
        for (at, file) in world.files.iter().enumerate() {
            let scan = Scan::of(file);
            let name = &file.name;
            let (first, last) = file.period;
            let opening = world.balance_minor(file.account, first - 1);
            let closing = world.balance_minor(file.account, last);
            assert!(scan.opening.is_none_or(|stated| stated == opening), "{name}");
            assert_eq!(scan.opening.is_none(), file.format == "ofx", "{name}");
            assert_eq!((file.opening_minor, file.closing_minor), (opening, closing), "{name}");
            assert_eq!(scan.closing, closing, "{name}");
            let rows: Vec<u64> = file.rows.iter().map(|row| row.row).collect();
            assert_eq!(rows, scan.rows.keys().copied().collect::<Vec<_>>(), "{name}");
            for (row, said) in &scan.rows {
                let id = world.entry_at(at, *row).unwrap();
                let entry = world.entry(id);
                assert!(seen.insert(id), "{name}: an entry stands in two rows");
                let (_, month, day) = civil(entry.day);
                assert_eq!(said.minor, entry.minor, "{name} row {row}");
                assert_eq!(said.day, format!("{month:02}{day:02}"), "{name} row {row}");
                assert_eq!((entry.account, entry.minor), (file.account, said.minor));
                let balance = said.balance_after;
                assert!(balance.is_none_or(|said| said == entry.balance_after_minor), "{name}");
            }
            formats.insert(file.format);
        }
        assert_eq!(seen.len(), world.entries.len());
    }
    assert_eq!(formats.len(), 7, "{formats:?}");
}

#[test]
fn control_totals_and_counts_of_bai2_and_norma_43_add_up() {
    let (mut bai2, mut norma43) = (0, 0);
    for world in worlds() {
        for file in &world.files {
            let text = latin(&file.bytes);
            match file.format {
                "bai2" => {
                    check_bai2(&text);
                    bai2 += 1;
                }
                "norma43" => {
                    check_norma43(&text);
                    norma43 += 1;
                }
                _ => {}
            }
        }
    }
    assert!(bai2 > 0 && norma43 > 0);
}

fn check_bai2(text: &str) {
    let (mut account, mut group, mut file) = (Vec::new(), Vec::new(), Vec::new());
    let (mut group_records, mut account_records, mut groups) = (0, 0, 0);
    let mut chain = None;
    for line in text.lines() {
        let fields: Vec<&str> = line.trim_end_matches('/').split(',').collect();
        let number = |at: usize| fields[at].parse::<i128>().expect("a number");
        group_records += 1;
        account_records += 1;
        match fields[0] {
            "02" => (group_records, groups) = (1, groups + 1),
            "03" => {
                account_records = 1;
                account = vec![number(4), number(8)];
                assert!(chain.is_none_or(|closing| closing == number(4)), "groups are a chain");
                chain = Some(number(8));
            }
            "16" => account.push(number(2)),
            "49" => {
                assert_eq!(number(1), account.iter().sum::<i128>());
                assert_eq!(number(2), account_records);
                group.push(number(1));
            }
            "98" => {
                assert_eq!(number(1), group.drain(..).sum::<i128>());
                assert_eq!((number(2), number(3)), (1, group_records));
                file.push(number(1));
            }
            "99" => {
                assert_eq!((number(1), number(2)), (file.iter().sum(), groups));
                assert_eq!(usize::try_from(number(3)).expect("fits"), text.lines().count());
            }
            other => assert!(matches!(other, "01" | "88"), "{line}"),
        }
        assert!(line.ends_with('/') && line.matches('/').count() == 1, "{line}");
    }
}

fn check_norma43(text: &str) {
    let (mut sums, mut counts) = ([0i128; 2], [0i128; 2]);
    for line in text.lines() {
        assert_eq!(line.chars().count(), 80, "{line}");
        let field =
            |from: usize, len: usize| -> String { line.chars().skip(from - 1).take(len).collect() };
        let number = |from, len| field(from, len).parse::<i128>().expect("a number");
        match &line[..2] {
            "22" => {
                let side = usize::from(field(28, 1) == "2");
                sums[side] += number(29, 14);
                counts[side] += 1;
            }
            "33" => {
                assert_eq!([number(26, 14), number(45, 14)], sums);
                assert_eq!([number(21, 5), number(40, 5)], counts);
            }
            "88" => {
                assert_eq!(field(3, 18), "9".repeat(18));
                assert_eq!(usize::try_from(number(21, 6)).expect("fits"), text.lines().count() - 1);
            }
            other => assert!(matches!(other, "11" | "23" | "24"), "{line}"),
        }
    }
}

#[test]
fn faults_differ_from_the_truth_by_what_is_on_record() {
    let mut kinds = BTreeMap::new();
    for seed in 1..=6 {
        let world = generate(&WorldOptions {
            seed,
            faults: 25,
            hidden_percent: 10,
            ..WorldOptions::default()
        });
        assert_eq!(world.faults.len(), 25);
        let damaged: BTreeMap<usize, _> = world.faults.iter().map(|f| (f.file, f)).collect();
        assert_eq!(damaged.len(), 25, "one fault a file");
        for (at, file) in world.files.iter().enumerate() {
            let scan = Scan::of(file);
            let moved: i128 = scan.rows.values().map(|row| row.minor).sum();
            let difference = moved - (file.closing_minor - file.opening_minor);
            let recorded = damaged.get(&at).map_or(0, |fault| fault.amount_minor);
            assert_eq!(difference, recorded, "{}", file.name);
            let rows: Vec<u64> = file.rows.iter().map(|row| row.row).collect();
            assert_eq!(rows, scan.rows.keys().copied().collect::<Vec<_>>(), "{}", file.name);
            assert!(scan.opening.is_none_or(|opening| opening == file.opening_minor));
            assert_eq!(scan.closing, file.closing_minor);
        }
        for fault in &world.faults {
            assert_eq!(fault.amount_minor != 0, fault.kind.is_arithmetic(), "{fault:?}");
            check_fault(&world, fault.file);
            *kinds.entry(fault.kind).or_insert(0) += 1;
        }
        let names: BTreeSet<&str> = world.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names.len(), world.files.len(), "names are different");
    }
    println!("{kinds:?}");
    assert_eq!(kinds.len(), FaultKind::ALL.len());
}

/// What is special to the kind of the fault that a file has.
fn check_fault(world: &World, at: usize) {
    let fault = world.faults.iter().find(|fault| fault.file == at).expect("a damaged file");
    let file = &world.files[at];
    let scan = Scan::of(file);
    let said = scan.rows.get(&fault.row);
    let entry = fault.entry.map(|id| world.entry(id));
    let rows_of_entry = file.rows.iter().filter(|row| Some(row.entry) == fault.entry).count();
    match fault.kind {
        FaultKind::MissingLastRows | FaultKind::MissingRow => assert_eq!(rows_of_entry, 0),
        FaultKind::DuplicatedRow => {
            assert_eq!(rows_of_entry, 2);
            assert_eq!(world.entry_at(at, fault.row), fault.entry);
        }
        FaultKind::FlippedSign => {
            assert_eq!(said.expect("a row").minor, -entry.expect("an entry").minor);
        }
        FaultKind::SwappedDigits | FaultKind::ChangedDigit => {
            let (said, minor) = (
                said.expect("a row").minor.to_string(),
                entry.expect("an entry").minor.to_string(),
            );
            assert_eq!(said.len(), minor.len());
            let unequal = said.bytes().zip(minor.bytes()).filter(|(a, b)| a != b).count();
            assert_eq!(unequal, if fault.kind == FaultKind::ChangedDigit { 1 } else { 2 });
        }
        FaultKind::ShiftedDate => {
            let (_, month, day) = civil(entry.expect("an entry").day);
            assert_ne!(said.expect("a row").day, format!("{month:02}{day:02}"));
        }
        FaultKind::RepeatedFile => {
            let original = &world.files[fault.original_file.expect("a file before")];
            assert_eq!(original.bytes, file.bytes);
            assert_eq!(original.rows, file.rows);
        }
        FaultKind::ReexportedFile => {
            let original = &world.files[fault.original_file.expect("a file before")];
            assert_ne!(original.format, file.format);
            let entries = |file: &WorldFile| -> BTreeSet<_> {
                file.rows.iter().map(|row| row.entry).collect()
            };
            assert_eq!(entries(original), entries(file));
        }
        FaultKind::OverlappingStatement => {
            let month = Month { year: file.year, month: file.month };
            assert_eq!(file.period.0, month.before().first_day() + 15);
            let before = &world.files[fault.original_file.expect("a file before")];
            assert_eq!((before.account, before.period.1), (file.account, month.first_day() - 1));
        }
    }
}

#[test]
fn check_digits_hold_when_computed_another_way() {
    for world in worlds() {
        let accounts = world.accounts.iter().map(|a| (a.country, &a.number, a.routing.as_ref()));
        let outside = world.outside.iter().filter_map(|party| {
            party.number.as_ref().map(|number| (party.country, number, party.routing.as_ref()))
        });
        for (country, number, routing) in accounts.chain(outside) {
            match country {
                Country::Spain => {
                    assert_eq!((number.len(), iban_rest(number)), (24, 1), "{number}");
                    assert!(ccc_holds(&number[4..]), "{number}");
                }
                Country::Germany => {
                    assert_eq!((number.len(), iban_rest(number)), (22, 1), "{number}");
                }
                Country::Mexico => {
                    assert_eq!((number.len(), clabe_sum(number) % 10), (18, 0), "{number}");
                }
                Country::UnitedStates => {
                    let d = digits(routing.unwrap());
                    let sum =
                        3 * (d[0] + d[3] + d[6]) + 7 * (d[1] + d[4] + d[7]) + d[2] + d[5] + d[8];
                    assert_eq!((d.len(), sum % 10), (9, 0), "{routing:?}");
                }
            }
        }
        let keys: BTreeSet<String> = world.accounts.iter().map(Account::key).collect();
        assert_eq!(keys.len(), world.accounts.len());
    }
}

fn digits(text: &str) -> Vec<u32> {
    text.chars().map(|c| c.to_digit(10).expect("a digit")).collect()
}

/// The whole number that an IBAN spells, modulo 97, in pieces of seven digits.
fn iban_rest(iban: &str) -> u64 {
    let turned = format!("{}{}", &iban[4..], &iban[..4]);
    let spelt: String =
        turned.chars().map(|c| c.to_digit(36).expect("a digit").to_string()).collect();
    let mut rest = String::new();
    for piece in spelt.as_bytes().chunks(7) {
        let whole = rest + std::str::from_utf8(piece).expect("digits");
        rest = (whole.parse::<u64>().expect("a number") % 97).to_string();
    }
    rest.parse().expect("a number")
}

/// A CCC holds if each weighted sum and its check digit are a multiple of 11 together.
fn ccc_holds(ccc: &str) -> bool {
    let d = digits(ccc);
    let powers = |at: usize| (0..at).fold(1, |power, _| power * 2 % 11);
    let sum = |digits: &[u32]| -> u32 {
        digits.iter().enumerate().map(|(at, digit)| digit * powers(at)).sum()
    };
    let check = |sum: u32, digit: u32| {
        let whole = (11 - sum % 11) % 11;
        digit == if whole == 10 { 1 } else { whole }
    };
    let bank = [&[0, 0], &d[..8]].concat();
    check(sum(&bank), d[8]) && check(sum(&d[10..]), d[9])
}

fn clabe_sum(clabe: &str) -> u32 {
    let weights = [3, 7, 1].iter().cycle();
    let weighted = digits(clabe).into_iter().zip(weights).take(17).map(|(d, w)| d * w % 10);
    weighted.sum::<u32>() + digits(clabe)[17]
}

#[test]
fn a_seed_repeats_every_byte_and_another_seed_does_not() {
    let options = WorldOptions { faults: 12, hidden_percent: 20, ..WorldOptions::default() };
    let world = generate(&options);
    assert_eq!(generate(&options), world);
    let other = generate(&WorldOptions { seed: 2, ..options.clone() });
    assert_ne!(other.transfers, world.transfers);
    let bytes = |world: &World| -> BTreeSet<Vec<u8>> {
        world.files.iter().map(|file| file.bytes.clone()).collect()
    };
    assert!(bytes(&world).is_disjoint(&bytes(&other)));
}

#[test]
fn names_and_words_are_harmless_and_say_that_they_are_invented() {
    let fictions = [
        "Fictici",
        "Inventad",
        "Ejemplo",
        "Fictional",
        "Imaginary",
        "Example",
        "Beispiel",
        "Muster",
        "Erfunden",
    ];
    for world in worlds() {
        let accounts = world.accounts.iter().flat_map(|a| [&a.holder, &a.bank]);
        for name in accounts.chain(world.outside.iter().map(|party| &party.name)) {
            assert!(fictions.iter().any(|word| name.contains(word)), "{name}");
            assert!(name.chars().all(|c| c.is_alphanumeric() || c == ' '), "{name}");
            assert!(name.starts_with(char::is_uppercase), "{name}");
        }
        for transfer in &world.transfers {
            let text = &transfer.description;
            assert!(text.chars().all(|c| c.is_alphanumeric() || c == ' '), "{text}");
        }
        let holders: BTreeSet<&str> = world.accounts.iter().map(|a| a.holder.as_str()).collect();
        assert_eq!(holders.len(), world.accounts.len());
        for file in &world.files {
            assert!(
                latin(&file.bytes).chars().all(|c| !c.is_control()
                    || "\r\n".contains(c)
                    || ('\u{80}'..='\u{9f}').contains(&c)),
                "{}",
                file.name
            );
            assert!(!file.name.contains(['/', '\\', ' ']), "{}", file.name);
        }
    }
}

#[test]
fn options_decide_what_rows_tell() {
    let (full, bare) = (generate(&WorldOptions::default()), bare());
    let texts = |world: &World| -> Vec<String> {
        world.files.iter().map(|file| latin(&file.bytes)).collect()
    };
    let holder = &full.outside[0].name;
    assert!(texts(&full).iter().any(|text| text.contains(holder.as_str())));
    assert!(!texts(&bare).iter().any(|text| text.contains(bare.outside[0].name.as_str())));
    for transfer in &bare.transfers {
        assert_eq!((transfer.charged_minor, transfer.deducted_minor), (0, 0));
        assert_eq!(transfer.paid_minor, transfer.received_minor);
        assert_eq!(transfer.end_to_end, None);
    }
    let paid_and_received = full.transfers.iter().filter(|t| t.deducted_minor > 0).count();
    let charged = full.transfers.iter().filter(|t| t.charged_minor > 0).count();
    assert!(paid_and_received > 0 && charged > 0);
    assert!(full.transfers.iter().any(|t| t.received_minor > t.paid_minor), "conversions");
    for (at, transfer) in full.transfers.iter().enumerate().filter(|(_, t)| t.end_to_end.is_some())
    {
        let reference = transfer.end_to_end.as_ref().unwrap();
        let sides = [transfer.payer_entry, transfer.payee_entry];
        let files = sides.iter().flatten().map(|id| {
            let holds = |file: &&WorldFile| file.rows.iter().any(|row| row.entry == *id);
            full.files.iter().find(holds).unwrap()
        });
        for file in files {
            assert!(latin(&file.bytes).contains(reference.as_str()), "t{at} in {}", file.name);
        }
    }
}

#[test]
fn hidden_statements_are_the_asked_share_and_hide_their_entries() {
    let options = WorldOptions { hidden_percent: 30, ..WorldOptions::default() };
    let world = generate(&options);
    assert_eq!(world.hidden.len(), 12 * 6 * 30 / 100);
    assert_eq!(world.files.len(), 12 * 6 - world.hidden.len());
    let hidden: BTreeSet<_> = world.hidden.iter().map(|at| (at.account, at.month)).collect();
    for id in world.hidden_entries() {
        let entry = world.entry(id);
        let (year, month, _) = civil(entry.day);
        assert!(hidden.contains(&(entry.account, Month { year, month })));
    }
    let seen = world.seen_entries();
    assert_eq!(seen.len() + world.hidden_entries().len(), world.entries.len());
    let pairs = world.pairs();
    assert!(!pairs.is_empty());
    for (payer, payee) in pairs {
        assert!(seen.contains(&payer) && seen.contains(&payee));
        assert_eq!(world.entry(payer).transfer, world.entry(payee).transfer);
    }
    let open = generate(&WorldOptions { hidden_percent: 0, ..options });
    assert_eq!(open.transfers, world.transfers, "hiding changes nothing that happened");
}

#[test]
fn the_true_ledger_ends_in_the_true_balances() {
    for world in worlds() {
        let ledger = as_ledger(&world);
        let mut balances: BTreeMap<String, i128> = BTreeMap::new();
        for row in ledger.openings.lines().skip(1) {
            let cells: Vec<&str> = row.split(',').collect();
            *balances.entry(cells[0].to_owned()).or_default() += minor(cells[2]);
        }
        let mut dates = Vec::new();
        let mut victims = 0;
        for row in ledger.transfers.lines().skip(1) {
            let cells: Vec<&str> = row.split(',').collect();
            assert_eq!(cells.len(), 9, "{row}");
            let received = if cells[7].is_empty() { cells[4] } else { cells[7] };
            *balances.entry(cells[2].to_owned()).or_default() -= minor(cells[4]);
            *balances.entry(cells[3].to_owned()).or_default() += minor(received);
            dates.push(cells[1]);
            victims += usize::from(cells[6].starts_with("victim-"));
        }
        assert!(dates.is_sorted());
        assert_eq!(victims, 3);
        for (at, account) in world.accounts.iter().enumerate() {
            assert_eq!(balances[&account.key()], world.balance_minor(at, i32::MAX), "{at}");
        }
    }
}

#[test]
fn few_accounts_make_most_payments_and_some_are_overdrawn() {
    let mut below_zero = 0;
    for seed in 1..=10 {
        let world = generate(&WorldOptions { seed, ..WorldOptions::default() });
        below_zero += world.entries.iter().filter(|e| e.balance_after_minor < 0).count();
        let mut counts = vec![0; world.accounts.len()];
        let random = [TransferKind::Payment, TransferKind::Purchase, TransferKind::Sale];
        let random = world.transfers.iter().filter(|t| random.contains(&t.kind));
        let sides = random.flat_map(|t| [t.payer, t.payee]);
        for account in sides.filter_map(Party::account) {
            counts[account] += 1;
        }
        counts.sort_unstable();
        let (quiet, busy): (u64, u64) = (counts[..6].iter().sum(), counts[6..].iter().sum());
        assert!(busy > 2 * quiet, "{counts:?}");
    }
    println!("{below_zero} entries below zero in ten worlds");
    assert!(below_zero > 10);
}

#[test]
fn money_of_victims_passes_several_accounts() {
    for world in worlds() {
        let mut reached = BTreeSet::new();
        for transfer in world.transfers.iter().filter(|t| t.is_laundering) {
            reached.extend(transfer.payee.account());
        }
        let hops = world.transfers.iter().filter(|t| t.is_laundering && t.victim.is_none());
        assert!(hops.count() >= 6);
        assert!(reached.len() >= 4, "{reached:?}");
    }
}

#[test]
fn extreme_options_are_brought_inside_their_limits() {
    let smallest = WorldOptions {
        account_count: 0,
        months: 0,
        transfers_per_account_month: 0,
        victim_deposits: 0,
        first_month: Month { year: i32::MAX, month: 99 },
        faults: 1000,
        hidden_percent: 255,
        ..WorldOptions::default()
    };
    let world = generate(&smallest);
    assert_eq!((world.accounts.len(), world.files.len(), world.faults.len()), (2, 0, 0));
    let many = WorldOptions { account_count: 40, months: 2, faults: 10_000, ..smallest };
    let world = generate(&WorldOptions { hidden_percent: 0, ..many });
    assert_eq!(world.accounts.len(), 40);
    assert!(world.faults.len() < 200);
    for seed in 1..40 {
        let account_count = usize::try_from(2 + seed % 3).expect("fits");
        let world =
            generate(&WorldOptions { seed, account_count, months: 1, ..Default::default() });
        assert_eq!(world.files.len(), account_count);
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the time that generating takes is what is measured")]
fn twenty_worlds_are_quick_to_generate() {
    let start = std::time::Instant::now();
    let options =
        |seed| WorldOptions { seed, faults: 10, hidden_percent: 20, ..Default::default() };
    let worlds: Vec<World> = (1..=20).map(|seed| generate(&options(seed))).collect();
    let took = start.elapsed();
    println!("seed transfers entries below_zero files rows hidden pairs unseen faults kilobytes");
    for world in &worlds {
        println!(
            "{:>4} {:>9} {:>7} {:>10} {:>5} {:>4} {:>6} {:>5} {:>6} {:>6} {:>9}",
            world.options.seed,
            world.transfers.len(),
            world.entries.len(),
            world.entries.iter().filter(|e| e.balance_after_minor < 0).count(),
            world.files.len(),
            world.files.iter().map(|file| file.rows.len()).sum::<usize>(),
            world.hidden.len(),
            world.pairs().len(),
            world.hidden_entries().len(),
            world.faults.len(),
            world.files.iter().map(|file| file.bytes.len()).sum::<usize>() / 1000,
        );
    }
    println!("generated in {took:?}");
    assert!(took.as_secs() < 2, "{took:?}");
}

fn civil(day: i32) -> (i32, u32, u32) {
    caudal_model::Moment { day, nanos: None }.civil()
}

fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

/// An amount with two decimals, whatever its separators.
fn minor(text: &str) -> i128 {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let number: i128 = digits.parse().expect("a number");
    if text.contains('-') { -number } else { number }
}

/// What a file says, by the plainest reading of its format.
#[derive(Default)]
struct Scan {
    opening: Option<i128>,
    closing: i128,
    rows: BTreeMap<u64, Said>,
}

/// What a row says.
struct Said {
    minor: i128,
    /// Month and day.
    day: String,
    balance_after: Option<i128>,
}

impl Scan {
    fn of(file: &WorldFile) -> Self {
        let text = latin(&file.bytes);
        let lines: Vec<&str> = text.lines().collect();
        let mut scan = Self::default();
        let read = match file.format {
            "mt940" => Self::mt940,
            "camt" => Self::camt,
            "csv-en" => Self::csv_english,
            "csv-es" => Self::csv_spanish,
            "ofx" => Self::ofx,
            "bai2" => Self::bai2,
            _ => Self::norma43,
        };
        read(&mut scan, &lines);
        scan
    }

    fn row(&mut self, at: usize, minor: i128, day: &str) {
        let said = Said { minor, day: day.to_owned(), balance_after: None };
        self.rows.insert(u64::try_from(at + 1).expect("fits"), said);
    }

    fn mt940(&mut self, lines: &[&str]) {
        let signed = |mark: &str, amount: &str| {
            if mark == "D" { -minor(amount) } else { minor(amount) }
        };
        for (at, line) in lines.iter().enumerate() {
            assert!(line.len() <= 69 && line.is_ascii(), "{line}");
            if let Some(text) = line.strip_prefix(":60F:") {
                self.opening = Some(signed(&text[..1], &text[10..]));
            } else if let Some(text) = line.strip_prefix(":62F:") {
                self.closing = signed(&text[..1], &text[10..]);
            } else if let Some(text) = line.strip_prefix(":61:") {
                let (amount, _) = text[11..].split_once('N').expect("a kind");
                self.row(at, signed(&text[10..11], amount), &text[6..10]);
            }
        }
    }

    fn camt(&mut self, lines: &[&str]) {
        let inside = |line: &str| -> String {
            line.split(['<', '>'])
                .find(|part| part.contains(|c: char| c.is_ascii_digit()) && !part.contains('='))
                .expect("a number")
                .to_owned()
        };
        let signed = |at: usize| {
            let amount = minor(&inside(lines[at]));
            if lines[at + 1].contains("DBIT") { -amount } else { amount }
        };
        for (at, line) in lines.iter().enumerate() {
            if line.contains("OPBD") {
                self.opening = Some(signed(at + 1));
            } else if line.contains("CLBD") {
                self.closing = signed(at + 1);
            } else if *line == "<Ntry>" {
                let day = inside(lines[at + 4]).replace('-', "");
                self.row(at, signed(at + 1), &day[4..]);
            }
        }
    }

    fn csv_english(&mut self, lines: &[&str]) {
        self.csv(lines, ",", ("Opening balance", "Closing balance", "Date"), |date| {
            date[5..].replace('-', "")
        });
    }

    fn csv_spanish(&mut self, lines: &[&str]) {
        self.csv(lines, ";", ("Saldo inicial", "Saldo final", "Fecha operación"), |date| {
            format!("{}{}", &date[3..5], &date[..2])
        });
    }

    fn csv(
        &mut self,
        lines: &[&str],
        separator: &str,
        (opening, closing, head): (&str, &str, &str),
        day: fn(&str) -> String,
    ) {
        let mut width = None;
        for (at, line) in lines.iter().enumerate() {
            let cells: Vec<&str> = line.split(separator).collect();
            if cells[0] == opening {
                self.opening = Some(minor(cells[1]));
            } else if cells[0] == closing {
                self.closing = minor(cells[1]);
            } else if cells[0] == head {
                width = Some(cells.len());
            } else if let Some(width) = width {
                assert_eq!(cells.len(), width, "{line}");
                self.row(at, minor(cells[3]), &day(cells[0]));
                let row = u64::try_from(at + 1).expect("fits");
                self.rows.get_mut(&row).expect("the row above").balance_after =
                    Some(minor(cells[4]));
            }
        }
    }

    fn ofx(&mut self, lines: &[&str]) {
        for (at, line) in lines.iter().enumerate() {
            assert!(line.is_ascii(), "{line}");
            if let Some(amount) = line.strip_prefix("<BALAMT>") {
                self.closing = minor(amount);
            } else if *line == "<STMTTRN>" {
                let day = lines[at + 2].strip_prefix("<DTPOSTED>").expect("a day");
                let amount = lines[at + 3].strip_prefix("<TRNAMT>").expect("an amount");
                self.row(at, minor(amount), &day[4..8]);
            }
        }
    }

    fn bai2(&mut self, lines: &[&str]) {
        let mut day = String::new();
        for (at, line) in lines.iter().enumerate() {
            assert!(line.is_ascii(), "{line}");
            let fields: Vec<&str> = line.split(',').collect();
            match fields[0] {
                "02" => fields[4][2..].clone_into(&mut day),
                "03" => {
                    self.opening.get_or_insert(minor(fields[4]));
                    self.closing = minor(fields[8]);
                }
                "16" => {
                    let is_debit = fields[1].parse::<u32>().expect("a number") > 400;
                    let amount = minor(fields[2]);
                    self.row(at, if is_debit { -amount } else { amount }, &day);
                }
                _ => {}
            }
        }
    }

    fn norma43(&mut self, lines: &[&str]) {
        for (at, line) in lines.iter().enumerate() {
            let field = |from: usize, len: usize| -> String {
                line.chars().skip(from - 1).take(len).collect()
            };
            let signed = |sign, amount| {
                let amount = minor(&field(amount, 14));
                if field(sign, 1) == "1" { -amount } else { amount }
            };
            match &line[..2] {
                "11" => self.opening = Some(signed(33, 34)),
                "22" => self.row(at, signed(28, 29), &field(13, 4)),
                "33" => self.closing = signed(59, 60),
                _ => {}
            }
        }
    }
}
