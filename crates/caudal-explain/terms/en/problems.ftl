# Problems in the evidence: one sentence, and what to do about it.
# Values: $found, what stands there; $expected, what would have been right; $column, the column
# (in balance-below-zero: the account). Longer pages: docs/errors/.

problem-file-empty = the file is empty, or has nothing below its header
problem-file-empty-hint = check that this is the right file and that the export was not cut short

problem-format-unknown = the file is neither delimited text nor Parquet; it looks like `{ $found }`
problem-format-unknown-hint = export the data as CSV or Parquet; a spreadsheet program can save a sheet as CSV UTF-8

problem-file-truncated = the file is damaged or breaks off: `{ $found }`
problem-file-truncated-hint = fetch the file again and compare its size and digest; in text, look for a quote that is not closed

problem-encoding-not-utf8 = the text is not UTF-8 and was read as `{ $found }`
problem-encoding-not-utf8-hint = check that names with accents and ñ read as they should, or save the file as UTF-8

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

problem-currency-missing = the cell `{ $column }` is empty
problem-currency-missing-hint = write the code of the currency, such as `MXN` or `USD`

problem-currency-unknown = the currency `{ $found }` is not in the table
problem-currency-unknown-hint = write the ISO 4217 code, such as `MXN` or `USD`, not a name or a sign

problem-amount-unreadable = `{ $found }` is not an amount, expected plain decimals such as `{ $expected }`
problem-amount-unreadable-hint = write digits and at most one decimal point, without signs, codes or words

problem-amount-ambiguous = amount can be read in two ways: `{ $found }`, expected plain decimals such as `{ $expected }`
problem-amount-ambiguous-hint = write amounts with a decimal point and without thousands separators

problem-amount-digits-beyond-currency = `{ $found }` has more decimals than its currency, which has `{ $expected }`
problem-amount-digits-beyond-currency-hint = check the currency and the source of the amount; nothing is rounded

problem-amount-negative = the amount `{ $found }` is negative, expected `{ $expected }` with payer and payee as the money moved
problem-amount-negative-hint = swap payer and payee and write the amount without its sign

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

problem-sequence-unreadable = the sequence `{ $found }` is not a whole number such as `{ $expected }`
problem-sequence-unreadable-hint = write the order of the rows as 1, 2, 3, or leave the column empty

problem-statement-unreadable = `{ $found }` does not say whether the statement is held, expected `{ $expected }`
problem-statement-unreadable-hint = write `held` if the statement of the account is in the ledger, and `missing` if not

problem-account-unknown = `{ $found }` is named here, but no transfer names it
problem-account-unknown-hint = check its spelling against the transfers; an account that is misspelled here counts as held

problem-reversal-unmatched = the reversal names `{ $found }`, which is no deposit that it could take back
problem-reversal-unmatched-hint = check the id in the column `reverses`; the row is treated as an ordinary payment

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

problem-bounds-not-computed = the bound was not computed: the part of the ledger it needs is too large, or money could count twice on its way
problem-bounds-not-computed-hint = ask about fewer accounts or a shorter window

problem-fraction-below-threshold = traced money below the threshold was not followed further
problem-fraction-below-threshold-hint = lower the threshold to follow smaller parts

problem-trace-cut-at-cap = the trace stopped at its cap of fragments
problem-trace-cut-at-cap-hint = narrow the question, raise the cap, or set a threshold

problem-problems-not-listed = `{ $found }` more problems are not listed
problem-problems-not-listed-hint = mend the problems that are listed and read the file again
