//! Whose money is where: places by origins, for all origins at once.
//!
//! *Shape.* One ledger up to the date, one pass for each rule. Rows add up to balances, columns to the
//! origins; what is below the least amount asked for is added up and counted, never dropped.

use std::collections::{BTreeMap, BTreeSet};

use caudal_explain::{Message, Terms};
use caudal_ledger::{Ledger, LedgerView, PlaceIdx, PlaceKind};
use caudal_model::{Currency, format_minor, parse_minor};
use caudal_trace::{EndingKind, Holding, Holdings, Question, Rule, Tracer, Watch, holding_of, sum};
use caudal_wire::{
    HOLDINGS_SCHEMA, HeldOrigin, HeldPart, HeldPlace, HeldSmaller, HeldUnits, HeldWithout,
    HoldingsDocument, HoldingsResult,
};

use crate::answer::{Links, build, question_row};
use crate::assume::Used;
use crate::case::Case;
use crate::error::Error;
use crate::select::{ALL, Request, Resolver};
use crate::show::Shown;

/// What is asked of the holdings beside the question.
#[derive(Clone, Debug, Default)]
pub struct HoldingsOptions {
    /// One account alone.
    pub account: Option<String>,
    /// Amounts below this are added up, as decimal text in whole units of any currency.
    pub min: Option<String>,
}

/// Says for every place how much of it is money of which origin, at the end of the request's period.
pub fn holdings(
    case: &Case,
    request: &Request,
    options: &HoldingsOptions,
    watch: Watch<'_>,
) -> Result<HoldingsDocument, Error> {
    request.check()?;
    let rules = rules(request)?;
    let min_atto = min_atto(options)?;
    let ledger = build(case, request, Links::Applied)?;
    let mut asked = Asked::new((case, &ledger), request, options)?;
    asked.min_atto = min_atto;
    let results = asked.results(&rules, watch)?;
    let terms = Terms::new(request.language);
    let mut document = HoldingsDocument {
        schema: HOLDINGS_SCHEMA,
        version: crate::VERSION,
        question: question_row(case, request),
        account: options.account.clone(),
        min: options.min.clone(),
        assumptions: asked.used.assumptions(case, &ledger, request, &terms),
        problems: asked.used.problems(case, &ledger, &terms),
        results,
        without_links: Vec::new(),
    };
    if !case.links.is_empty() {
        let ledger = build(case, request, Links::LeftOut)?;
        let mut asked = Asked::new((case, &ledger), request, options)?;
        asked.min_atto = min_atto;
        document.without_links = asked.results(&rules, watch)?;
    }
    Ok(document)
}

/// The rules of a request that give amounts of origins. `all` leaves out the others; a rule that is
/// named by itself is never left out.
pub(crate) fn rules(request: &Request) -> Result<Vec<(Rule, String)>, Error> {
    let mut rules = Vec::new();
    for (rule, name) in &request.rules {
        match rule {
            Rule::Fifo | Rule::Lifo | Rule::ProRata | Rule::Union(..) => {
                rules.push((*rule, name.clone()));
            }
            _ if name == ALL => {}
            _ => {
                let message = Message::new("error-holdings-rule").with("rule", rule);
                return Err(Error::request(message).hint(Message::new("hint-holdings-rule")));
            }
        }
    }
    Ok(rules)
}

/// The least amount in units of 10⁻¹⁸; zero without one.
fn min_atto(options: &HoldingsOptions) -> Result<u128, Error> {
    let Some(text) = &options.min else { return Ok(0) };
    parse_minor(text, 18).map_err(|_| {
        Error::usage(Message::new("error-min").with("found", text))
            .hint(Message::new("hint-threshold"))
    })
}

struct Asked<'a> {
    shown: Shown<'a>,
    tracer: Tracer<'a, Ledger>,
    question: Question,
    /// The places of the one account, one for each currency.
    account: Option<Vec<PlaceIdx>>,
    min_atto: u128,
    used: Used,
}

impl<'a> Asked<'a> {
    fn new(
        (case, ledger): (&'a Case, &'a Ledger),
        request: &Request,
        options: &HoldingsOptions,
    ) -> Result<Self, Error> {
        let resolver = Resolver { case, ledger };
        let mut question = resolver.question(&request.from)?;
        request.apply_to(&mut question)?;
        let account = options.account.as_deref().map(|name| resolver.places(name)).transpose()?;
        let shown = Shown { case, ledger };
        let (tracer, used) = (Tracer::new(ledger), Used::default());
        Ok(Self { shown, tracer, question, account, min_atto: 0, used })
    }

    fn results(
        &mut self,
        rules: &[(Rule, String)],
        watch: Watch<'_>,
    ) -> Result<Vec<HoldingsResult>, Error> {
        let mut results = Vec::new();
        for (rule, name) in rules {
            let result = match self.by_balance(*rule) {
                Some(result) => result,
                None => self.by_pass(*rule, watch)?,
            };
            results.push(HoldingsResult {
                rule: rule.id().to_owned(),
                asked: name.clone(),
                authority: rule.authority().to_owned(),
                aliases: rule.aliases().to_vec(),
                ..result
            });
        }
        Ok(results)
    }

    /// One account from its balance, where that can be.
    fn by_balance(&mut self, rule: Rule) -> Option<HoldingsResult> {
        // Under `lifo` what the index costs is more than a pass.
        if rule != Rule::Fifo {
            return None;
        }
        let places = self.account.as_ref()?;
        let held =
            places.iter().map(|&place| holding_of(&self.tracer, &self.question, rule, place));
        let held: Vec<Holding> = held.collect::<Option<_>>()?;
        self.used.note_holding(rule, &self.question);
        let held = held.iter().filter(|holding| !holding.amounts.is_empty());
        let places = held.map(|holding| self.place(holding)).collect();
        Some(HoldingsResult { places, ..HoldingsResult::default() })
    }

    fn by_pass(&mut self, rule: Rule, watch: Watch<'_>) -> Result<HoldingsResult, Error> {
        let found = caudal_trace::holdings(&self.tracer, &self.question, rule, watch)?;
        let found = found.expect("rules without amounts were refused");
        self.used.note_holdings(rule, &self.question, &found);
        let is_asked = |holding: &&Holding| {
            self.account.as_ref().is_none_or(|places| places.contains(&holding.place))
        };
        let mut places: Vec<&Holding> = found.places.iter().filter(is_asked).collect();
        let name = |holding: &&Holding| (self.shown.place(holding.place), self.code(holding.place));
        places.sort_by_cached_key(|holding| {
            let traced = std::cmp::Reverse(sum(&holding.amounts));
            (holding.kind, self.code(holding.place), traced, name(holding))
        });
        Ok(HoldingsResult {
            origins: Some(self.origins(&found)),
            places: places.into_iter().map(|holding| self.place(holding)).collect(),
            without: self.without(&found),
            ..HoldingsResult::default()
        })
    }

    fn code(&self, place: PlaceIdx) -> &'static str {
        self.shown.currency(place).code()
    }

    /// What each origin put in, the largest first, then by name.
    fn origins(&self, found: &Holdings) -> Vec<HeldOrigin> {
        let mut places = vec![0usize; self.question.origins.len()];
        for holding in &found.places {
            for &(origin, _) in &holding.amounts {
                places[origin as usize] += 1;
            }
        }
        let mut order: Vec<usize> = (0..self.question.origins.len()).collect();
        let origin = |at: usize| &self.question.origins[at];
        order.sort_by_key(|&at| {
            let amount = std::cmp::Reverse(found.origins[at].traced);
            (origin(at).currency.code(), amount, &origin(at).label)
        });
        let row = |at: usize| {
            let (total, currency) = (&found.origins[at], origin(at).currency);
            HeldOrigin {
                label: origin(at).label.clone(),
                currency: currency.code().to_owned(),
                amount: format_minor(total.traced, currency.exponent()),
                overlap: (total.overlap > 0)
                    .then(|| format_minor(total.overlap, currency.exponent())),
                places: places[at],
            }
        };
        order.into_iter().map(row).collect()
    }

    fn place(&self, holding: &Holding) -> HeldPlace {
        let (shown, place) = (&self.shown, holding.place);
        let currency = shown.currency(place);
        let mut amounts = holding.amounts.clone();
        let label = |origin: u32| &self.question.origins[origin as usize].label;
        amounts.sort_by(|a, b| (b.1, label(a.0)).cmp(&(a.1, label(b.0))));
        let listed = amounts.partition_point(|&(_, amount)| self.is_listed(amount, currency));
        let (listed, smaller) = amounts.split_at(listed);
        HeldPlace {
            kind: holding.kind.as_str().to_owned(),
            place: shown.place(place),
            currency: currency.code().to_owned(),
            total: shown.amount(place, holding.total),
            traced: shown.amount(place, sum(&holding.amounts)),
            other: shown.amount(place, holding.other),
            origins: listed
                .iter()
                .map(|&(origin, amount)| self.part(holding, origin, amount))
                .collect(),
            smaller: (!smaller.is_empty()).then(|| HeldSmaller {
                origins: smaller.len(),
                amount: shown.amount(place, smaller.iter().map(|&(_, amount)| amount).sum()),
            }),
            to: self.selector(holding),
        }
    }

    fn is_listed(&self, minor: u128, currency: Currency) -> bool {
        let shift = 18u32.saturating_sub(u32::from(currency.exponent()));
        minor >= self.min_atto.div_ceil(10u128.pow(shift))
    }

    fn part(&self, holding: &Holding, origin: u32, amount: u128) -> HeldPart {
        let named = &self.question.origins[origin as usize];
        let units = || {
            let at = holding.origin_units.binary_search_by_key(&origin, |&(own, _)| own);
            let units = at.map_or(0, |at| holding.origin_units[at].1);
            HeldUnits {
                currency: named.currency.code().to_owned(),
                amount: format_minor(units, named.currency.exponent()),
            }
        };
        HeldPart {
            label: named.label.clone(),
            amount: self.shown.amount(holding.place, amount),
            of_origin: self.shown.ledger.has_conversions().then(units),
        }
    }

    /// What `caudal trace --to` calls the money of a place.
    fn selector(&self, holding: &Holding) -> Option<String> {
        let name = self.shown.name(holding.place);
        match self.shown.ledger.place(holding.place).kind {
            PlaceKind::Account if holding.kind == EndingKind::Held => {
                Some(format!("account:{name}"))
            }
            PlaceKind::Outside | PlaceKind::Frontier => Some(format!("payee:{name}")),
            _ => None,
        }
    }

    /// Accounts with a balance that hold none of it, so that all balances are accounted for.
    fn without(&self, found: &Holdings) -> Vec<HeldWithout> {
        if self.account.is_some() {
            return Vec::new();
        }
        let ledger = self.shown.ledger;
        let held = found.places.iter().filter(|holding| holding.kind == EndingKind::Held);
        let held: BTreeSet<PlaceIdx> = held.map(|holding| holding.place).collect();
        let mut sums: BTreeMap<&'static str, (Currency, usize, u128)> = BTreeMap::new();
        for place in (0..ledger.place_count()).filter(|&place| ledger.is_account(place)) {
            let balance = ledger.closing_balance(place);
            if balance > 0 && !held.contains(&place) {
                let currency = self.shown.currency(place);
                let sum = sums.entry(currency.code()).or_insert((currency, 0, 0));
                sum.1 += 1;
                sum.2 += balance;
            }
        }
        let row = |(currency, accounts, balance): (Currency, usize, u128)| HeldWithout {
            currency: currency.code().to_owned(),
            accounts,
            balance: format_minor(balance, currency.exponent()),
        };
        sums.into_values().map(row).collect()
    }
}
