# Problems in the evidence: one sentence, and what to do about it.
# Values: $found, what stands there; $expected, what would have been right; $column, the column
# (in balance-below-zero: the account). Longer pages: docs/errors/.

problem-file-empty = the file is empty, or has nothing below its header
problem-file-empty-hint = check that this is the right file and that the export was not cut short

problem-format-unknown = the file is in no format that can be read here: `{ $found }`
problem-format-unknown-hint = name the format if you know it, or export the data as CSV; a spreadsheet program can save a sheet as CSV UTF-8

problem-format-ambiguous = two readers claim the file; it was read as `{ $found }`, and could be `{ $expected }`
problem-format-ambiguous-hint = compare a few entries with the file; if they are wrong, name the format

problem-file-truncated = the file is damaged or breaks off: `{ $found }`
problem-file-truncated-hint = fetch the file again and compare its size and digest; in a table, look for a quote that is not closed

problem-encoding-not-utf8 = the text is not UTF-8 and was read as `{ $found }`
problem-encoding-not-utf8-hint = check that names with accents and ñ read as they should, or save the file as UTF-8

problem-encoding-contradicts-header = the header names another encoding than the bytes have: `{ $found }`
problem-encoding-contradicts-header-hint = check that names with accents and ñ read as they should

problem-text-undecodable = some bytes are text in no encoding that is known: `{ $found }`
problem-text-undecodable-hint = compare the row with its source; the bytes are kept as they are

problem-record-unexpected = the format does not have this at this place: `{ $found }`
problem-record-unexpected-hint = look whether it holds an amount or a balance that the entries lack

problem-record-length-wrong = `{ $found }` is longer or shorter than the format says, expected `{ $expected }`
problem-record-length-wrong-hint = compare the row with its source; spaces cut at the end of a line do no harm

problem-control-total-differs = the file states a total of `{ $found }`, but its records add up to `{ $expected }`
problem-control-total-differs-hint = look for a lost, repeated or changed record, and fetch the file again

problem-record-count-differs = the file states a number of `{ $found }` records, but there are `{ $expected }`
problem-record-count-differs-hint = see whether totals and balances hold; some banks count in a way of their own

problem-column-missing = the column `{ $expected }` is missing; the header reads `{ $found }`
problem-column-missing-hint = add the column or rename one; names may stand in any order and letter case

problem-column-repeated = the column `{ $column }` stands twice in the header
problem-column-repeated-hint = rename or remove one of the two columns

problem-column-type-unfit = the column `{ $column }` has the type `{ $found }`, expected `{ $expected }`
problem-column-type-unfit-hint = write amounts as decimals or text, dates as dates, and names as text

problem-row-too-long = the row is longer than `{ $expected }` bytes; it begins `{ $found }`
problem-row-too-long-hint = look for a missing line end or for binary data in the file

problem-row-truncated = the row has `{ $found }` cells, expected `{ $expected }`
problem-row-truncated-hint = look for a cut row, or for a separator inside a name or an amount that needs quotes

problem-id-missing = the row has no id
problem-id-missing-hint = give each row its own id, such as the reference of the bank or a running number

problem-id-duplicate = `{ $found }` already stands at row `{ $expected }`
problem-id-duplicate-hint = remove the row if it is a copy; give it its own id if it is another

problem-account-missing = the cell `{ $column }` is empty
problem-account-missing-hint = name the account, or an outside party such as `@cash` if none is known

problem-account-key-contradicts = what should name one account names different ones: `{ $found }`
problem-account-key-contradicts-hint = compare the row with its source; nothing is merged and none is chosen

problem-identifier-lost-digits = a spreadsheet kept `{ $found }` as a number and may have lost digits of it
problem-identifier-lost-digits-hint = ask for the file as the bank exported it, or for the column as text

problem-identifier-check-failed = the check digits do not fit: `{ $found }`
problem-identifier-check-failed-hint = compare the identifier with its source, digit by digit

problem-identifier-placeholder = `{ $found }` stands for no identifier and is not used as one
problem-identifier-placeholder-hint = nothing needs to be done, unless the source names the identifier elsewhere

problem-page-missing = a page of the statement is missing: `{ $found }`
problem-page-missing-hint = ask the bank for the missing page, or read the file that holds it too

problem-statement-out-of-sequence = the statement has the number `{ $found }`, expected `{ $expected }`
problem-statement-out-of-sequence-hint = look for a missing statement; some banks begin to count again each year

problem-statement-gap = between two statements of the account something is missing: `{ $found }`
problem-statement-gap-hint = ask for the statement of the time in between

problem-statement-overlap = two statements of the account cover the same days: `{ $found }`
problem-statement-overlap-hint = nothing needs to be done if the balances hold; entries in both are counted once

problem-opening-balance-missing = the statement states no balance before its first entry, so nothing proves it complete
problem-opening-balance-missing-hint = look for the balance in the statement before this one

problem-closing-balance-missing = the statement states no balance after its last entry, so nothing proves it complete
problem-closing-balance-missing-hint = look for the balance in the next statement, or fetch a file that breaks off again

problem-balance-does-not-follow = the balance does not follow: `{ $found }` is stated, but the entries lead to `{ $expected }`
problem-balance-does-not-follow-hint = look for a missing or repeated row, a wrong amount or direction, or another order of rows

problem-balance-date-unexpected = a balance is dated `{ $found }`, expected `{ $expected }`; it was kept with its statement
problem-balance-date-unexpected-hint = nothing needs to be done if the balances hold

problem-balance-currency-missing = a balance names no currency; `{ $expected }` was taken
problem-balance-currency-missing-hint = check that the account is held in that currency

problem-currency-missing = the cell `{ $column }` is empty
problem-currency-missing-hint = write the code of the currency, such as `MXN` or `USD`

problem-currency-unknown = the currency `{ $found }` is not in the table
problem-currency-unknown-hint = write the ISO 4217 code, such as `MXN` or `USD`, not a name or a sign

problem-currency-contradicts = the currency is `{ $found }` here, expected `{ $expected }`
problem-currency-contradicts-hint = compare the row with its source; amounts of two currencies cannot be added

problem-amount-unreadable = `{ $found }` is not an amount, expected plain decimals such as `{ $expected }`
problem-amount-unreadable-hint = write digits and at most one decimal point, without signs, codes or words

problem-amount-ambiguous = amount can be read in two ways: `{ $found }`, expected plain decimals such as `{ $expected }`
problem-amount-ambiguous-hint = write amounts with a decimal point and without thousands separators

problem-amount-digits-beyond-currency = `{ $found }` has more decimals than its currency, which has `{ $expected }`
problem-amount-digits-beyond-currency-hint = check the currency and the source of the amount; nothing is rounded

problem-amount-negative = the amount `{ $found }` is negative, expected `{ $expected }` with payer and payee as the money moved
problem-amount-negative-hint = swap payer and payee and write the amount without its sign

problem-amount-sign-contradicts = sign, mark, column or kind of the entry do not agree on whether money came or left
problem-amount-sign-contradicts-hint = see which direction the balances need, and compare the row with its source

problem-debit-and-credit-both = debit and credit are both filled: `{ $found }`
problem-debit-and-credit-both-hint = compare the row with its source and with the balance after it

problem-details-do-not-sum = the details of the entry add up to `{ $found }`, expected `{ $expected }`; it stays one transfer
problem-details-do-not-sum-hint = look for a charge or a conversion, or ask for the list of the batch

problem-amount-overflow = an amount, or a sum of amounts, is beyond what is counted exactly
problem-amount-overflow-hint = check the amounts and their currencies for a slip of many digits

problem-received-incomplete = received amount and received currency come together; `{ $column }` is empty
problem-received-incomplete-hint = fill in both columns, or neither

problem-sides-disagree = `{ $found }` was received, but `{ $expected }` was paid
problem-sides-disagree-hint = write a fee as a transfer of its own, or correct the amount

problem-date-unreadable = `{ $found }` is not a date, expected one such as `{ $expected }`
problem-date-unreadable-hint = write a day as `2025-04-03`, or a time with its zone as `2025-04-03T10:15:00Z`

problem-date-order-ambiguous = the order of day and month is not stated: `{ $found }` can be `{ $expected }`
problem-date-order-ambiguous-hint = write dates as year, month, day, such as `2025-04-03`

problem-date-does-not-exist = there is no such day: `{ $found }`, expected one such as `{ $expected }`
problem-date-does-not-exist-hint = look the date up in the source; bank files do contain days such as 30 February

problem-assertion-incomplete = the asserted link lacks a value
problem-assertion-incomplete-hint = name who asserts the link, and the reason: what shows that both transfers are parts of one scheme
problem-value-date-does-not-exist = there is no such day: `{ $found }`; the value date counts as `{ $expected }`
problem-value-date-does-not-exist-hint = nothing needs to be done, unless the order of entries on those days matters

problem-date-carried-down = { $found } entries print no day and take that of the entry above, as in statements that print each day once
problem-date-carried-down-hint = compare one of them with the original; if the bank prints each day once, nothing needs to be done
problem-date-outside-statement = `{ $found }` is outside the days that the statement covers, `{ $expected }`
problem-date-outside-statement-hint = compare the row with its source; day and month may be swapped

problem-entry-not-booked = the entry is not in the books (`{ $found }`); it is a note and no transfer
problem-entry-not-booked-hint = look for its booking in a later statement if the payment matters

problem-entries-below-floor-hidden = the bank left out entries below `{ $found }`
problem-entries-below-floor-hidden-hint = ask for the full statement of the account

problem-row-duplicate = the row is equal to another of the account: `{ $found }`
problem-row-duplicate-hint = compare with the balances or the source; both rows are kept unless one is proved a copy

problem-bank-id-reused = the bank’s id `{ $found }` stands on several entries that differ
problem-bank-id-reused-hint = nothing needs to be done if they are different movements; all are kept

problem-sequence-unreadable = the sequence `{ $found }` is not a whole number such as `{ $expected }`
problem-sequence-unreadable-hint = write the order of the rows as 1, 2, 3, or leave the column empty

problem-statement-unreadable = `{ $found }` does not say whether the statement is held, expected `{ $expected }`
problem-statement-unreadable-hint = write `held` if the statement of the account is in the ledger, and `missing` if not

problem-account-unknown = `{ $found }` is named here, but no transfer names it
problem-account-unknown-hint = check its spelling against the transfers; an account that is misspelled here counts as held

problem-reversal-unmatched = the reversal names `{ $found }`, which is no deposit that it could take back
problem-reversal-unmatched-hint = check the id in the column `reverses`; the row is treated as an ordinary payment

problem-other-side-missing = the statement of `{ $found }` is held for that day, but shows no such entry
problem-other-side-missing-hint = look for it on another day or with another amount, and say so with `caudal match`; until then the trace ends there

problem-fee-unstated = `{ $expected }` was paid and `{ $found }` arrived; no row states a fee
problem-fee-unstated-hint = look for the fee in both statements; without one, an amount is misread or wrong

problem-self-transfer = payer and payee are the same account, `{ $found }`; the row moves nothing and is left out
problem-self-transfer-hint = check whether one of the two sides is a slip

problem-amount-zero = the amount is zero (`{ $found }`); the row moves nothing and is left out
problem-amount-zero-hint = nothing needs to be done if the source says zero too

problem-sequence-against-date = the stated sequence runs against the dates
problem-sequence-against-date-hint = check which of the two is right; the order of the ledger depends on it

problem-balance-below-zero = the balance of `{ $column }` falls to `{ $found }`
problem-balance-below-zero-hint = look for a missing deposit or opening balance, or confirm that the bank lent the money

problem-order-tie-unproved = nothing proves the order of lines of one account on one day
problem-order-tie-unproved-hint = give a sequence or times if the statement shows its order

problem-origin-overlap = two origins of the question name the same money; it belongs to the first they meet
problem-origin-overlap-hint = name each origin once, or ask about each of them alone

problem-bounds-stop-at-conversion = money is converted on its way, so the bound holds but may be wider than need be
problem-bounds-stop-at-conversion-hint = ask again from the conversion on, in its currency, for a tight bound there

problem-bounds-not-computed = bounds were computed for the places with the largest exposed amounts only
problem-bounds-not-computed-hint = ask about the others by name, with `--to`

problem-bounds-not-tight = a bound holds but may be wider than need be: its search was cut, or money could count twice on its way
problem-bounds-not-tight-hint = ask about fewer accounts or a shorter window, ask with a larger `--bound-lines`, or about origins and targets apart

problem-fraction-below-threshold = traced money below the threshold was not followed further
problem-fraction-below-threshold-hint = lower the threshold to follow smaller parts

problem-trace-cut-at-cap = the trace stopped at its cap of fragments
problem-trace-cut-at-cap-hint = narrow the question, raise the cap, or set a threshold

problem-problems-not-listed = `{ $found }` more problems are not listed
problem-problems-not-listed-hint = mend the problems that are listed and read the file again
