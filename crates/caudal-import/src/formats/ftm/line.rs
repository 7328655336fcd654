//! One line: an entity with the properties that readers of money need.

use std::borrow::Cow;
use std::fmt;

use caudal_model::ProblemCode;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::report::Fault;

/// An entity.
#[derive(serde::Deserialize)]
pub(super) struct Line<'t> {
    #[serde(borrow, default)]
    pub(super) id: Cow<'t, str>,
    #[serde(borrow)]
    pub(super) schema: Cow<'t, str>,
    #[serde(borrow, default)]
    pub(super) caption: Option<Cow<'t, str>>,
    #[serde(borrow)]
    pub(super) properties: Properties<'t>,
}

impl<'t> Line<'t> {
    /// Reads a line. A line that could hold a payment and cannot be read blocks.
    pub(super) fn read(line: &'t str) -> Result<Self, Fault> {
        let line = line.trim();
        // A list of the right values would be read as an entity, too.
        let read = line.starts_with('{').then(|| serde_json::from_str(line));
        let is_json = match read {
            Some(Ok(read)) => return Ok(read),
            Some(Err(error)) => error.classify() == serde_json::error::Category::Data,
            None => true,
        };
        let is_other = is_json && !line.contains("\"Payment\"");
        let code =
            if is_other { ProblemCode::RecordUnexpected } else { ProblemCode::FileTruncated };
        Err(Fault::new(code, line))
    }

    pub(super) fn is_payment(&self) -> bool {
        self.schema == "Payment"
    }
}

macro_rules! properties {
    ($( $name:ident = $written:literal; )+) => {
        /// The properties that are read.
        #[derive(Default, serde::Deserialize)]
        #[serde(default)]
        pub(super) struct Properties<'t> {
            $( #[serde(borrow, rename = $written)] pub(super) $name: Values<'t>, )+
        }

        impl Properties<'_> {
            /// The first property that holds something else than texts.
            pub(super) fn odd(&self) -> Option<&'static str> {
                [$( (&self.$name, $written), )+]
                    .into_iter()
                    .find_map(|(values, name)| values.is_odd.then_some(name))
            }
        }
    };
}

properties! {
    payer = "payer";
    payer_account = "payerAccount";
    beneficiary = "beneficiary";
    beneficiary_account = "beneficiaryAccount";
    amount = "amount";
    currency = "currency";
    amount_eur = "amountEur";
    amount_usd = "amountUsd";
    date = "date";
    start_date = "startDate";
    end_date = "endDate";
    name = "name";
    iban = "iban";
    account_number = "accountNumber";
    public_key = "publicKey";
    crypto_address = "cryptoAddress";
    account_id = "accountId";
}

/// The values of a property, each once, without empty ones.
#[derive(Default)]
pub(super) struct Values<'t> {
    texts: Vec<Cow<'t, str>>,
    /// Whether something stood there that is no list of texts.
    is_odd: bool,
}

impl<'t> Values<'t> {
    pub(super) fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Whether there are values that are not all the same.
    pub(super) fn are_several(&self) -> bool {
        self.texts.iter().any(|text| text != &self.texts[0])
    }

    pub(super) fn first(&self) -> Option<&str> {
        self.texts.first().map(|text| text.trim())
    }

    /// The value, if there is one and no other.
    pub(super) fn only(&self) -> Option<&str> {
        if self.are_several() { None } else { self.first() }
    }

    pub(super) fn joined(&self, between: &str) -> String {
        match self.only() {
            Some(only) => only.to_owned(),
            None => self.texts.join(between),
        }
    }

    fn push(&mut self, text: Cow<'t, str>) {
        if !text.trim().is_empty() {
            self.texts.push(text);
        }
    }
}

impl<'de: 't, 't> Deserialize<'de> for Values<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValuesVisitor)
    }
}

struct ValuesVisitor;

impl ValuesVisitor {
    /// A single text where a list should be, or what is no text at all.
    fn odd(text: Option<Cow<'_, str>>) -> Values<'_> {
        Values { texts: text.into_iter().collect(), is_odd: true }
    }
}

impl<'de> Visitor<'de> for ValuesVisitor {
    type Value = Values<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of texts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut values = Values::default();
        while let Some(value) = list.next_element::<Value<'de>>()? {
            match value {
                Value::Text(text) => values.push(text),
                Value::Other => values.is_odd = true,
            }
        }
        Ok(values)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Self::odd(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Self::odd(Some(Cow::Owned(text.to_owned()))))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        pass_over(map)?;
        Ok(Self::odd(None))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Values::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Self::odd(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Self::odd(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Self::odd(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Self::odd(None))
    }
}

/// One value of a list.
enum Value<'t> {
    Text(Cow<'t, str>),
    Other,
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        pass_over(map)?;
        Ok(Value::Other)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Value::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Value::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Value::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Value::Other)
    }
}

fn pass_over<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}
