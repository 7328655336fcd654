//! Many spellings, one key.

use caudal_model::{AccountText, Entry, ProblemCode, Statement};
use caudal_reconcile::identify::{
    Check, Found, KeyBook, KeyKind, account_key, card_last4, findings, identifier_key,
    is_placeholder, same_account, spanish_account,
};

/// The key of a text, as `kind text check`.
fn key(text: &str, bank: Option<&str>) -> String {
    account_key(text, bank)
        .map_or("none".to_owned(), |key| format!("{:?} {key} {:?}", key.kind, key.check))
}

#[test]
fn every_spelling_of_a_spanish_account_is_one_key() {
    let expected = "Iban ES9121000418450200051332 Passed";
    for text in [
        "ES91 2100 0418 4502 0005 1332",
        "es9121000418450200051332",
        "IBAN: ES91-2100-0418-45-0200051332",
        "2100 0418 45 0200051332",
        "2100.0418.45.0200051332",
        "CCC 21000418450200051332",
        "CAIXESBBXXX/ES9121000418450200051332",
        "CAIXESBB/21000418450200051332",
        "ES9121000418450200051332EUR",
    ] {
        assert_eq!(key(text, None), expected, "{text}");
    }
    let named = spanish_account("0012", "0345", "0000067890").map(|key| key.to_string());
    assert_eq!(named.as_deref(), Some("ES0700120345030000067890"));
}

#[test]
fn zeros_lost_at_the_front_come_back_only_where_check_digits_prove_them() {
    assert_eq!(key("12180004643051249", None), "Clabe 012180004643051249 Passed");
    assert_eq!(key("120345030000067890", Some("BSCHESMM")), "Iban ES0700120345030000067890 Passed");
    assert_eq!(key("120345030000067890", None), "Local 120345030000067890 None");
}

#[test]
fn kinds_are_told_apart() {
    for (text, bank, expected) in [
        ("012 180 00464305124 9", None, "Clabe 012180004643051249 Passed"),
        ("012180004643051248", None, "Clabe 012180004643051248 Failed"),
        ("NL77INGB0001234567EUR", None, "Iban NL77INGB0001234567 Failed"),
        ("NL20INGB0001234567EUR", None, "Iban NL20INGB0001234567 Passed"),
        ("ES9121000418450200051333", None, "Iban ES9121000418450200051333 Failed"),
        ("0123456789", Some("021000021"), "UsAccount 021000021/0123456789 Passed"),
        ("021000021/0123456789", None, "UsAccount 021000021/0123456789 Passed"),
        ("1234567USD", None, "Local 1234567 None"),
        ("Caja chica", None, "Label CAJACHICA None"),
        (
            "0x52908400098527886E0F7030069857D2E4169EE7",
            None,
            "Crypto 0x52908400098527886e0f7030069857d2e4169ee7 None",
        ),
        (
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            None,
            "Crypto bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 Passed",
        ),
        (
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            None,
            "Crypto 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa None",
        ),
    ] {
        assert_eq!(key(text, bank), expected, "{text}");
    }
}

#[test]
fn placeholders_and_cards_are_no_keys() {
    for text in
        ["", " ", "NA", "n/a", "NONREF", "NOTPROVIDED", "0000000000", "9999", "-", "XAXX010101000"]
    {
        assert!(is_placeholder(text), "{text}");
        assert_eq!(account_key(text, None), None, "{text}");
    }
    for text in ["4111 1111 1111 1111", "411111******1111", "XXXX-XXXX-XXXX-1111"] {
        assert_eq!(card_last4(text).as_deref(), Some("1111"), "{text}");
        assert_eq!(account_key(text, None), None, "{text}");
    }
    assert_eq!(card_last4("ES9121000418450200051332"), None);
}

#[test]
fn parties_and_payments_have_keys_too() {
    let read = |text| identifier_key(text).map(|key| (key.kind, key.text));
    assert_eq!(read("CAIXESBBXXX"), read("CAIXESBB"));
    assert_eq!(read("506700GE1G29325QX363").map(|key| key.0), Some(KeyKind::Lei));
    assert_eq!(
        read("4F3C2A10-9D2E-4B7A-8C11-0A1B2C3D4E5F"),
        Some((KeyKind::Uetr, "4f3c2a10-9d2e-4b7a-8c11-0a1b2c3d4e5f".to_owned()))
    );
    assert_eq!(read("Ana"), None);
}

#[test]
fn a_local_number_finds_the_account_that_holds_it() {
    let read = |text: &str, bank| account_key(text, bank).unwrap();
    let iban = read("DE89370400440532013000", None);
    assert!(same_account(&read("37040044/532013000", None), &iban));
    assert!(!same_account(&read("20041133/532013000", None), &iban));
    assert!(!same_account(&read("532013000", None), &iban), "no bank is no proof");
    assert!(same_account(&read("0417164300", Some("ABNANL2A")), &read("NL91ABNA0417164300", None)));
    assert!(same_account(&read("021000021/0123456", None), &read("021000021/123456", None)));

    let book = KeyBook::new([iban.clone(), read("DE23200411330532013000", None)]);
    assert_eq!(book.find(&iban), Found::One(0));
    assert_eq!(book.find(&read("37040044/0532013000", None)), Found::One(0));
    assert_eq!(book.find(&read("532013000", None)), Found::Several(vec![0, 1]));
    assert_eq!(book.find(&read("7777777", None)), Found::None);
    let one = KeyBook::new([read("012180004643051249", None)]);
    assert_eq!(one.find(&read("00464305124", None)), Found::One(0), "the only one");
    assert_eq!(one.find(&read("00464305124", Some("CAIXESBB"))), Found::None, "not in Spain");
}

#[test]
fn what_is_wrong_with_identifiers_is_listed_with_its_place() {
    let account = |number: &str, bank: Option<&str>| AccountText {
        number: number.to_owned(),
        bank: bank.map(str::to_owned),
        holder: None,
    };
    let of = |account: AccountText| {
        let found = findings(&[Statement { account, ..Statement::default() }]);
        found.into_iter().map(|f| (f.code, f.found, f.expected)).collect::<Vec<_>>()
    };
    let one = |code, found: &str, expected: Option<&str>| {
        vec![(code, found.to_owned(), expected.map(str::to_owned))]
    };
    let (failed, contradicts) =
        (ProblemCode::IdentifierCheckFailed, ProblemCode::AccountKeyContradicts);
    let wrong = "ES9021000418450200051332";
    assert_eq!(of(account(wrong, None)), one(failed, wrong, Some("ES9121000418450200051332")));
    assert_eq!(
        of(account("NOTPROVIDED", None)),
        one(ProblemCode::IdentifierPlaceholder, "NOTPROVIDED", None)
    );
    assert_eq!(
        of(account("ES9121000418450200051332 / 0012 0345 03 0000067890", None)),
        one(contradicts, "ES0700120345030000067890", Some("ES9121000418450200051332"))
    );
    assert_eq!(
        of(account("ES9121000418450200051332", Some("0049"))),
        one(contradicts, "0049", Some("2100"))
    );
    assert!(
        of(account("ES9121000418450200051332 / 2100 0418 45 0200051332", Some("2100"))).is_empty()
    );
    assert!(of(account("", None)).is_empty());

    let entry = Entry { counterparty: account("0000", None), ..Entry::default() };
    let found = findings(&[Statement { entries: vec![entry], ..Statement::default() }]);
    assert_eq!(found[0].entry, Some(0));
}

#[test]
fn no_text_makes_reading_fail() {
    let pieces = [
        "ES91", "ñ", "/", "IBAN", "0x", "bc1", "9", "00", " ", "é€", "XXX", "CAIXESBB", "-",
        "\u{301}", "EUR",
    ];
    let mut state = 1u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..6 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            text.push_str(pieces[usize::try_from((state >> 33) % 15).unwrap()]);
        }
        if let Some(key) = account_key(&text, Some(&text)) {
            let again = account_key(&key.text, key.bank.as_deref());
            if key.check == Check::Passed && key.kind == KeyKind::Iban {
                assert_eq!(again.as_ref(), Some(&key), "{text}");
            }
            let _ = same_account(&key, &key);
        }
        let _ = (identifier_key(&text), card_last4(&text));
    }
}
