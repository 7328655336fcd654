//! Our splitting of records against that of the `csv` crate, on texts whose quotes are sound.

use crate::{HEADER, read, rows};

use proptest::prelude::*;

/// Cells that need quoting in every way.
fn cell() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("A"),
        Just("ñ"),
        Just(","),
        Just(";"),
        Just("\""),
        Just("\n"),
        Just("\r\n"),
        Just(" b")
    ];
    proptest::collection::vec(piece, 1..6).prop_map(|pieces| format!("x{}x", pieces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn records_are_split_as_the_csv_crate_splits_them(
        names in proptest::collection::vec((cell(), cell()), 1..8),
        separator in prop_oneof![Just(b','), Just(b';'), Just(b'\t')],
        ends in prop_oneof![Just(csv::Terminator::CRLF), Just(csv::Terminator::Any(b'\n'))],
    ) {
        let mut writer =
            csv::WriterBuilder::new().delimiter(separator).terminator(ends).from_writer(Vec::new());
        writer.write_record(HEADER.split(',')).expect("memory takes it");
        for (n, (payer, payee)) in names.iter().enumerate() {
            let row = [&format!("t{n}"), "2025-04-03", payer, payee, "5", "USD"];
            writer.write_record(row).expect("memory takes it");
        }
        let bytes = writer.into_inner().expect("memory takes it");
        let ours = read(&bytes);
        prop_assert_eq!(ours.problems.iter().filter(|p| p.code.as_str() != "self-transfer").count(), 0);
        let mut theirs = csv::ReaderBuilder::new().delimiter(separator).from_reader(&bytes[..]);
        let theirs: Vec<_> = theirs
            .records()
            .map(|record| record.expect("sound"))
            .filter(|record| record[2] != record[3])
            .collect();
        prop_assert_eq!(ours.value.len(), theirs.len());
        for (our, their) in ours.value.iter().zip(&theirs) {
            prop_assert_eq!((our.id, our.payer, our.payee), (&their[0], &their[2], &their[3]));
            // After CR LF the csv crate still counts the former line.
            let line = their.position().expect("read from text").line();
            let former = u64::from(matches!(ends, csv::Terminator::CRLF));
            prop_assert_eq!(our.source.row, line + former);
        }
    }

    /// Import of what was exported is the same ledger.
    #[test]
    fn an_exported_ledger_reads_back(
        minors in proptest::collection::vec(1u128..=u128::from(u64::MAX), 1..20),
    ) {
        let mut csv = format!("{HEADER}\n");
        for (n, &minor) in minors.iter().enumerate() {
            csv += &format!("t{n},2025-04-03,A,B,{},USD\n", caudal_model::format_minor(minor, 2));
        }
        let first = read(csv.as_bytes()).value;
        let mut again = format!("{HEADER}\n");
        for transfer in first.iter() {
            let caudal_model::Thing::Money(money) = transfer.thing else { continue };
            let (id, date) = (transfer.id, transfer.moment);
            let (payer, payee) = (transfer.payer, transfer.payee);
            again += &format!("{id},{date},{payer},{payee},{},{}\n", money.to_decimal(), money.currency);
        }
        prop_assert_eq!(first.len(), minors.len());
        prop_assert_eq!(rows(&read(again.as_bytes()).value), rows(&first));
    }
}
