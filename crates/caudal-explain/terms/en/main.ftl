# Words and sentences of the command line, of answers and of routes.
# Values stand in `{ $name }`. Problems of the evidence have a file of their own.

severity-blocks = blocks
severity-doubtful = doubtful
severity-note = note

# What failed, and what to do about it.
hint-ledger-exists = name another file with `--out`, or remove it
error-ledger-damaged = the ledger file is damaged or was written by another version: { $why }
hint-ledger-damaged = make it anew from the evidence: `caudal import CASE` for a case, `caudal index FILE --out LEDGER` for a file of its own
error-ledger-unwritten = { $path }: the ledger file cannot be written: { $why }
hint-ledger-unwritten = see whether the disk is full and the folder can be written
error-file = cannot read `{ $path }`: { $why }
error-file-write = cannot write `{ $path }`: { $why }
hint-file-missing = check the path; a ledger is a CSV or Parquet file of transfers, or a case folder
hint-file-unreadable = check that the file may be read and that its disk is present
hint-file-unwritable = check that the folder may be written and that its disk has room
error-folder-empty = there are no transfers in the folder `{ $path }`
hint-folder-empty = a case folder holds `transfers.csv` or `transfers.parquet`, and may hold `openings.csv` and `accounts.csv`
error-problems-block =
    { $count ->
        [one] a problem in the evidence stops the trace, since every figure would lack its row
       *[other] { $count } problems in the evidence stop the trace, since every figure would lack their rows
    }
hint-problems-block = mend the rows in a copy of the file, keep the original, and run the command again
error-cancelled = stopped on request; nothing was changed
error-ledger-refused = the ledger was refused
hint-ledger-refused = mend the row, give the opening balance with `--openings`, or take the overdraft as a bank loan with `--overdraft bank`
error-opening-outside = the opening balance for `{ $account }` in row { $row } of { $file } is for an outside party, which has no balance
hint-opening-outside = remove the row, or name the account that holds the money
error-selector = `{ $found }` is not a selector
hint-selector = write `transfer:ID`, `label:NAME`, `payer:ACCOUNT`, `payee:ACCOUNT` or `account:ACCOUNT`
error-rule = there is no rule `{ $found }`
hint-rule = rules are { $known }; `all` stands for those that trace, the bounds and poison
error-no-rule = no rule was named
hint-no-rule = add `--rule fifo`, or `--rule all` to see them side by side; which rule applies is a question of law
error-one-rule = a route is explained under one rule at a time
hint-one-rule = name one rule, such as `--rule fifo`, and ask again for another
error-no-selector = the question names no money
hint-no-selector = add `--from` to follow money forward, `--to` to ask where it came from, or both
error-until = `{ $found }` is not a day
hint-until = write the last day that counts as `2025-04-03`
error-threshold = `{ $found }` is not an amount
hint-threshold = write the threshold in whole units with plain decimals, such as `100` or `0.50`
error-account-unknown = there is no account or party `{ $name }` in the ledger
error-account-left-out = no line of `{ $name }` is part of this question
error-transfer-unknown = there is no transfer `{ $id }` in the ledger
error-transfer-left-out = the transfer `{ $id }` is not part of this question
hint-transfer-left-out = it lies after the last day that counts, or it is a reversal that was netted; see `--until` and `--keep-reversals`
error-link = the link of receipt `{ $receipt }` to payment `{ $payment }` (row { $row }) cannot be taken in
error-link-transfer-unknown = the link of receipt `{ $receipt }` to payment `{ $payment }` (row { $row }) names `{ $id }`, which is no transfer of the ledger
error-link-amount = the link of receipt `{ $receipt }` to payment `{ $payment }` (row { $row }) has the amount `{ $amount }`, which is zero or has more decimals than the currency
hint-link-left-out = one of the two lies after the last day that counts, or it is a reversal that was netted; see `--until` and `--keep-reversals`
hint-link-accounts-differ = a link joins a receipt and a payment of one account whose statement is held
hint-link-not-backward = the receipt is no later than the payment, so the tracing rule says what it funds; a link is for a receipt that comes later
hint-link-converts = a transfer that changes currency cannot be part of a link
hint-link-chained = `{ $receipt }` or `{ $payment }` is a receipt in one link and a payment in another; assert one of them
hint-link-too-much = the links together name more than the receipt or the payment has
hint-link-circle = the receipt comes out of the payment itself, so it cannot be what funds it
hint-link-not-lent = links need `--overdraft bank`
error-part = `{ $found }` does not name a part of a transfer
hint-part = write `transfer:ID[0.00..30.00]` for the first 30.00 of it
error-origin-empty = `{ $selector }` names no money in this ledger
hint-rows-left-out = rows that move nothing were left out; the name may stand only there
hint-near = did you mean { $names }?
hint-label-inside = the label stands only on transfers between accounts, which bring no money in; name these with `transfer:ID`
hint-opening-missing = the account has no opening balance; give it with `--openings`
error-no-balance = `{ $name }` has no balance of its own: it is an outside party or an account without a statement
hint-no-balance = ask for the payments it received with `payee:{ $name }`
error-needs-origins = `{ $rule }` has no backward direction without origins
hint-needs-origins = name the money with `--from`, then the answer says how much of it reached the target
error-too-fine = the conversions on the way are too fine for exact backward weights
hint-too-fine = ask forward with `--from`
error-bound-currencies = the targets are in several currencies, and a bound is in one
hint-bound-currencies = ask about the targets of each currency apart
error-bound-needs-origins = bounds need the origins they bound
hint-bound-needs-origins = name the money with `--from`, and with `--to` what it may have reached
error-shares-need-account = a distribution shares out one account among claimants
hint-shares-need-account = name the claimants with `--from` and the account with `--to account:ACCOUNT`
error-explain-poison = `{ $rule }` traces no amount, so there is no route to explain
hint-explain-poison = explain under a rule that traces: fifo, lifo, pro-rata, difo or libr
error-not-traced = under `{ $rule }` the transfer `{ $id }` carries none of this money
hint-not-traced = look at `caudal trace` under other rules, or at the bounds
error-exists = `{ $path }` exists already
hint-exists = name another folder with `--out`, or remove it

bound-outer-cut-most = outer bound, cut after { $count ->
        [one] one line
       *[other] { $count } lines
    }: origin money touches more; all that can still move there is counted as if it could reach the targets
bound-outer-cut-least = outer bound, cut after { $count ->
        [one] one line
       *[other] { $count } lines
    }: origin money touches more; all that can still move there is counted as escaped
bound-outer-unfinished = outer bound: the search for the tightest one took too many steps
bound-outer-counted-again = outer bound: money that was counted at a target could become money of another origin on its way and count again
bound-outer-converted = outer bound: money that was converted counts whole, as if all of it could be origin money
bound-places-left-out = { $count ->
        [one] one place
       *[other] { $count } places
    } that origin money could reach with smaller amounts had no bound computed; name them with `--to`

# Assumptions, by code.
assumption-asserted-link = { $name } asserts ({ $date }) that up to { $amount } of receipt `{ $receipt }` funds the earlier payment `{ $payment }`: { $reason } (evidence: { $evidence }). The same question without asserted links stands beside.
assumption-statements-complete = Every account that is not outside is taken to have all its lines in the ledger.
assumption-statements-listed = Accounts are taken to have all their lines in the ledger, except { $count ->
        [one] one whose statement is not held
       *[other] { $count } whose statement is not held
    }: { $accounts }.
assumption-openings-zero = Accounts without an opening balance are taken to begin with nothing.
assumption-openings-absent = No opening balance is given; every account is taken to begin with nothing.
assumption-same-day-as-listed = { $count } transfers share a day and an account with another and nothing proves their order; they are taken as listed.
assumption-same-day-credits-first = { $count } transfers share a day and an account with another and nothing proves their order; credits are taken before debits.
assumption-same-day-debits-first = { $count } transfers share a day and an account with another and nothing proves their order; debits are taken before credits.
assumption-same-day-cuts = 
    { $count ->
        [one] Once
       *[other] On { $count } occasions
    } transfers of one day waited for each other in a circle; the first listed that its payer could cover went first.
assumption-overdraft-bank = Where a payment exceeds the balance ({ $count ->
        [one] once
       *[other] { $count } times
    }), the bank is taken to lend the difference just before it and to be repaid out of the next receipts.
assumption-overdraft-birth = Where a payment exceeds the balance ({ $count ->
        [one] once
       *[other] { $count } times
    }), the difference is taken as money of unknown origin, which leaves last and is never repaid.
assumption-reversals-netted =
    { $count ->
        [one] A deposit and the line that takes it back are left out of the trace
       *[other] { $count } deposits and the lines that take them back are left out of the trace
    }: { $pairs }.
assumption-reversals-kept = Lines that take back a deposit are kept as ordinary payments.
assumption-conversion-own-rate = Money is converted at the rate of its own row; a boundary between lots is rounded down.
assumption-until = Lines after { $until } do not count.
assumption-threshold = Traced money below { $threshold } whole units of its currency in an account is not followed further.
assumption-inner-fifo = No inner rule was named: among several origins the oldest money leaves first (`{ $rule }`).
assumption-targets-apart = Each target is answered for itself; money that passes several of them is counted at each.
assumption-union = Under `{ $rule }` the origins are traced as one and then divided; claims traced apart would not add up.
assumption-carried-fractions = Under `{ $rule }` money is carried in units of 2^-40 of the minor unit; after the payments of this ledger, loans and repayments included, no amount is off by more than { $payments } of these, and behind a conversion by that times its rate. Printed figures are whole and add up; the furthest from its carried value is off by { $worst } minor units.
assumption-backward-weights = Backward under `pro-rata` each line of the ledger weighs in units of 2^-100, rounded down; the printed figures are the nearest whole ones that add up to the target.
assumption-exposure = `poison` shows exposure, not money traced; its figures must not stand in an amount column of an exhibit.
assumption-bounds-one-currency = Where money is converted, `at-least` counts it as escaped, and `at-most` counts all that comes back from a conversion as if it could be origin money: both hold, but they may be wider than need be.

# Rules, in a few words.
rule-fifo = first in, first out
rule-lifo = last in, first out
rule-pro-rata = in proportion at every payment
rule-difo = origin money first out
rule-libr = origin money last out
rule-poison = exposure only, never an amount traced
rule-at-least = the least that any causal rule allows
rule-at-most = the most that any causal rule allows
rule-pari-passu = what is left, shared by contributions
rule-capped-pro-rata = what is left, shared by capped claims

# Kinds of endings.
ending-held = held
ending-outside = outside
ending-frontier = frontier
ending-repaid-bank = repaid bank
ending-below-threshold = below threshold
ending-cut-at-cap = cut at cap
ending-exposed = exposed

# Headings of tables.
table-where = Where the money is
table-transfers = Transfers that carry it
table-accounts = Accounts it touched
table-received = Received, each arrival and each cent once
table-origins = Origins
table-sources = Where the money came from
table-shares = Shares of { $account }
table-reached = Reached the targets
table-routes = Routes
table-exposed-transfers = Transfers that are exposed
column-exposed = exposed
table-exposing-sources = What it is exposed to, never an amount traced
table-exposed = Exposed
table-without-links = The same without asserted links
table-assumptions = Assumptions
table-problems = Problems in the evidence
column-kind = ending
column-place = place
column-currency = currency
column-label = label
column-amount = amount
column-balance = balance
column-traced = traced
column-gross = gross
column-distinct = distinct
column-transfer = transfer
column-date = date
column-payer = payer
column-payee = payee
column-source = source
column-contribution = paid in
column-claim = claim
column-share = share
column-total = total
column-overlap = already counted
label-opening = opening balance of { $account }
label-loan = bank loan to { $account }
label-birth = unknown money in { $account }
line-rule = { $rule }, { $name }: { $authority }
line-alias = asked as `{ $asked }`
line-bound-least = At least { $amount } { $currency } under every causal rule that conserves money
line-bound-most = At most { $amount } { $currency } under every causal rule that conserves money
line-exposed = exposed: { $transfers } transfers, and what they brought to { $places }
line-surplus = surplus { $amount } { $currency }
line-backward-total = { $amount } { $currency } in all
line-conversion = in units of the origin
line-more = … and { $count } more; `--format json` lists all
line-more-alike = … and { $count } more [{ $code }]; `--format json` lists all
line-nothing = nothing
line-further = on further routes: { $amount } { $currency } of { $label }
line-route-fine = { $amount } { $currency } of { $label } that conversions made worth less than one unit each of its origin, besides { $whole }
line-route = { $amount } { $currency } of { $label }
line-question = From { $from }
line-question-between = From { $from } to { $to }
line-question-backward = Where { $to } came from
line-not-legal-advice = Which rule applies is a question of law. Caudal computes; it does not decide.
line-problem-place = row { $row } (sha256 { $digest })
line-problem-file = sha256 { $digest }
word-error = error
word-hint = hint
line-internal = this is a bug in Caudal, not in your evidence; the message above belongs in the report

# The demo.
demo-intro = A fictional case: two victims, three banks that do not exist, dollars and pesos.
demo-question = Where is the victims' money now?
demo-wrote = Wrote
demo-next = Next, try

# Steps of a route.
step-origin = `{ $transfer }`, { $date }: { $payer } pays { $payee } { $amount }. { $part } of it is money of origin { $label }; it starts here.
step-opening = { $payee } begins with { $amount }. { $part } of it is money of origin { $label }; it starts here.
step-payment = `{ $transfer }`, { $date }: { $payer } pays { $payee } { $amount }. { $part } of it is money of origin { $label }: { $why }.
step-repayment = After `{ $transfer }`, { $date }, { $payer } repays its bank { $amount }. { $part } of it is money of origin { $label }: { $why }.
step-converted = { $sentence } Converted, it arrives as { $arrived }.
why-fifo = by fifo, { $unit } { $out } of all that { $payer } ever paid out are { $unit } { $out } of all that it ever received, which { $receipt } brought
why-lifo = by lifo, { $unit } { $cents } of this payment are { $unit } { $from } of { $receipt }, the newest money that { $payer } then held
why-difo = by difo, { $payer } held { $held } of the origins in a balance of { $balance }, and origin money leaves first, so { $taken } of it left
why-libr = by libr, { $payer } held { $held } of the origins in a balance of { $balance }, and origin money leaves last, so { $taken } of it left
why-pro-rata = by pro-rata, { $payer } held { $held } of this origin in a balance of { $balance }, and the payment took the same share of everything in it, printed to the nearest whole unit
why-share = by { $rule }, the origins' part of the payment is divided in proportion to their holdings, of which { $payer } held { $held } of this origin
why-link = since { $name } asserts that the later receipt `{ $receipt }` funds it: { $reason }
why-plain = by { $rule }
word-cents = cents
word-units = smallest units
receipt-transfer = `{ $id }`
receipt-opening = its opening balance

# The case folder
error-case-exists = `{ $path }` exists already
hint-case-exists = choose another name; a case is never written over
error-no-case = `{ $path }` is no case folder
hint-no-case = make one with `caudal new { $path }`
error-case-busy = another program is writing to `{ $path }`
hint-case-busy = wait until it has finished, then run the command again; reading is possible meanwhile
error-records = the records of the case cannot be used: `{ $path }`: { $why }
hint-records = check the disk and its permissions; the originals under `evidence` are not touched by this
error-evidence-altered = an original of the case has changed: `{ $path }` ({ $why })
hint-evidence-altered = originals are never altered by this program; fetch the file again from where it came, and find out who changed it
error-no-decision = no decision in force has the number { $id }
hint-no-decision = `caudal match CASE --format table` lists them
error-format = `{ $found }` is no format
hint-format = known formats: { $known }
error-profile = the profile `{ $path }` cannot be read: { $why }
hint-profile = `caudal import --save-profile FILE` writes one that can
error-entry-unknown = no entry has the id `{ $id }`
hint-entry-unknown = `caudal match CASE --all` lists entries with their ids
hint-problems-block-case = `caudal check CASE` shows them with what would mend them; `--despite-problems` traces with what could be read and says so
word-opening = the opening balance
word-closing = the closing balance
word-amount-of-row = the amount of row { $row }
word-balance-of-row = the balance of row { $row }
repair-duplicate = row { $row } may be a copy of row { $of }
repair-reversed = rows { $row } to { $last } may stand in reverse order
repair-sign = { $what } may have the wrong sign
repair-point = the decimal point of { $what } may be misplaced: { $right }
repair-swapped = two digits of { $what } may be swapped: { $right }
repair-digit = a digit of { $what } may be wrong: { $right }
repair-missing-after = a row of { $amount } may be missing after row { $row }
repair-missing = a row of { $amount } may be missing
assumption-despite-problems = Problems that block ({ $count }) were set aside by `--despite-problems`: rows that could not be read are missing from every figure.
line-index = wrote { $path }: { $transfers } transfers, { $lines } lines, { $places } places, { $bytes } bytes, made of
line-index-sound = { $path } is whole: { $transfers } transfers, { $lines } lines, { $places } places, { $bytes } bytes, made of
line-new = made the case { $path }
line-imported = imported
line-would-import = would import
line-known = in the case already, nothing done
line-import-entries = { $statements } statements, { $entries } entries
line-import-transfers = { $transfers } transfers
line-import-nothing = nothing that could be read
line-import-blocking = { $count } problems block; see `caudal check`
line-layout = layout found in `{ $name }`:
line-layout-ask = read the table in this way? [y/N] 
line-layout-refused = not imported; correct the layout in a profile and use `--profile`
line-profile-saved = wrote the layout to { $path }
line-decided = recorded
line-withdrawn = withdrawn
line-check-accounts = Accounts
line-check-legend = ■ reconciled   ▲ off   ? unproved   ○ missing   · not covered
line-check-rows = { $proved } rows proved, { $broken } broken, { $unproved } unproved
line-check-breaks = Balances that do not follow
line-check-stated = { $account }: stated { $stated }, computed { $computed }
line-check-repairs-more = { $count } more
line-check-orders = Days on which the printed balances allow several orders; the first in listed order was taken
line-check-order = { $account }: { $day }, rows { $rows }
line-check-orders-unprinted = days on which several rows print no balance that tells their order: { $days }, in { $statements } statements; taken as listed
line-check-blocking = { $count } problems block
line-check-sound = nothing blocks
line-list-empty = nothing

# What to ask for next
language-code = en
error-no-rank = the ranking has no place { $rank }; it has { $count }
hint-no-rank = `caudal next CASE` shows the ranking
error-no-question = no question has been ranked in this case yet
hint-no-question = run `caudal next CASE --from SEL --rule RULE` first, or name `--from` and `--rule` here
error-typesetting = the letter cannot be typeset: { $why }
error-no-folder-case = `{ $path }` is a file of transfers, not a case with statements
hint-no-folder-case = ranking needs a case folder: `caudal new CASE`, then `caudal import CASE FILE`
line-next-none = no traced money goes dark for want of a statement
table-next = What to ask for next
column-account = account
column-rank = rank
column-period = period
column-carried = carried in
column-at-stake = at stake
column-likely = expected
column-together = with
line-next-values = At stake: traced money that enters the account in these days, least and most over the rules. Carried in: what entered earlier in the same stretch without a statement. Expected: traced money that the statement would show paid on, by how the accounts pay on other days, least and most; the ranking follows it, and no trace rests on it.
line-next-request = caudal request { $case } --rank 1
line-wrote = wrote { $path }
letter-title = Request for statements of account { $account }
letter-ask = We ask you for the complete statement of account { $account } for the days from { $from } to { $to }, both included, with every entry, its booking and value dates, its amount, the balance after it, the name and account of the other side, and every reference; and with the balances before the first and after the last entry.
letter-reason-enters = Money that is being traced in this matter enters that account in this period, as the transfers listed below show. No statement of the account for these days is held, so the trace ends there.
letter-reason-carried = Money that is being traced in this matter, up to { $carried } { $currency }, entered that account earlier and is not seen to leave it. No statement of the account for these days is held, so the trace ends there.
letter-reason-comes-out = In this period other statements show payments out of that account, listed below, of which { $unexplained } { $currency } come neither from a balance nor from a receipt that is seen or usual. No statement of the account for these days is held, so it is not known whether that money is traced in this matter.
letter-reason-likely = Money that is being traced in this matter went to accounts that, on the days for which statements are held, pay on to that account. No statement of the account for these days is held, so it is not known whether it arrived there.
letter-what = Please send the statement in the form in which your systems keep it (camt.053, MT940, CSV or XLSX) and as a certified copy. If nothing was booked in a part of the period, please say so.
letter-not-decided = The amounts below are computed from the statements that are held, under the tracing rules named. They decide nothing about which rule applies, or about the rights of any person.
letter-institution = Institution
letter-account = Account
letter-holder = Holder, as documents name it
letter-period = Period
letter-period-days = { $from } to { $to }, both included
letter-value = Traced money at stake
letter-value-one = { $most } { $currency }
letter-value-range = { $least } to { $most } { $currency }, by rule
letter-carried = Entered earlier, not seen to leave
letter-carried-value = up to { $carried } { $currency }
letter-unexplained = Money that comes out unexplained
letter-unexplained-value = { $unexplained } { $currency }
letter-likely = Traced money that the statement is expected to show
letter-likely-value = { $likely-least } to { $likely-most } { $currency }, by payments seen on other days; an expectation that orders requests, no result of a trace
letter-rules = Rules
letter-basis = Legal basis
letter-reference = File reference
letter-slot-institution = [institution]
letter-slot-basis = [legal basis]
letter-slot-reference = [file reference]
letter-slot-authority = [authority that asks]
letter-place-date = Place and date
letter-signature = Name, office, signature
letter-footer = Prepared with Caudal { $version } from { $files } evidence files; a draft until signed. Not legal advice.
letter-table = Transfers with which traced money enters the account
letter-table-comes-out = Transfers out of the account that nothing held explains
letter-column-date = Date
letter-column-payer = From
letter-column-payee = To
letter-column-unexplained = Unexplained
letter-column-amount = Amount
letter-column-traced = Traced, at most
letter-column-source = Evidence (digest)

# Holdings
error-holdings-rule = the rule `{ $rule }` gives no amounts of origins
hint-holdings-rule = use fifo, lifo, pro-rata, difo or libr; `caudal trace` answers the other rules
error-min = no amount: `{ $found }`
hint-no-labels = no money enters this ledger under a label; name it by `transfer:ID`, `payer:ACCOUNT` or `payee:ACCOUNT`
column-further-origins = further origins
column-other = other money
line-holdings-more = { $count } more places
line-holdings-origins = { $count } more origins are added up under further origins; `--all` lists them
line-holdings-smaller = { $count } smaller
line-holdings-without = Accounts that hold none of it: { $count }, with { $balance } { $currency }.
line-holdings-go-on = To see the rows behind the largest figure:

# Watched questions
error-no-watch = no question `{ $name }` is watched in this case
hint-no-watch = `caudal watch list CASE` lists them
error-watch-exists = a question `{ $name }` is watched already
hint-watch-exists = choose another name, or `caudal watch remove` it first
error-watch-failed = `{ $name }` cannot be asked: { $why }
line-watch-added = watching { $name }
line-watch-removed = no longer watching { $name }
line-watch-stands = { $name }: stands; nothing that it rests on has changed
line-watch-same = { $name }: computed again, with the same answer
line-watch-moved = { $name }: computed again; its answer has changed
line-watch-failed = { $name }: cannot be asked any more
line-watch-transfer = transfer { $id }: traced { $before } → { $after }

# What stands under every rule, and what figures depend on.
table-headline = What stands under every rule
headline-core = { $place }: under every rule asked ({ $rules }) at least { $core }, at most { $most }
headline-between = under any allocation at least { $least } and at most { $most }
headline-at-least = under any allocation at least { $least }
headline-at-most = under any allocation at most { $most }
headline-outer = {" "}(bounds that hold but may be wider than need be)
headline-targets = targets
headline-nothing = No place keeps an amount under every rule asked.
table-sensitivity = What the figures depend on
line-exact = { $count ->
        [one] one figure is
       *[other] { $count } figures are
    } exact: nothing of what was changed moves them
line-variants = Asked again, with one thing changed at a time ({ $count }):
line-variants-left-out = not asked about: { $count } smaller openings or matches
column-rule = rule
column-figure = figure
column-status = status
column-low = low
column-high = high
column-when = when
status-order-sensitive = order-sensitive
status-opening-sensitive = opening-sensitive
status-inferred = inferred
figure-reached = reached
figure-amount = total
figure-sources = source
figure-shares = share
when-asked = as asked
variant-same-day = lines of one day whose order nothing proves are taken as `{ $policy }`
variant-opening-clean = { $account } begins with { $amount } that no statement states, as other money
variant-opening-tainted = { $account } begins with { $amount } that no statement states, as money of the origins
variant-match-taken = `{ $debit }` and `{ $credit }` are one transfer
variant-match-refused = `{ $debit }` and `{ $credit }` are not one transfer
