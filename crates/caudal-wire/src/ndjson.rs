//! A trace as one JSON object a line, for tools that read streams.
//!
//! *Shape.* Every line says which `part` of the document it belongs to and, in a result, under which
//! `rule`. Lists of the document become one line for each row; what is no list stands together in a
//! line of part `document`, or of part `result`.

use serde_json::{Map, Value};

use crate::TraceDocument;

/// The document as lines, each with a final line feed.
pub fn to_ndjson(document: &TraceDocument) -> String {
    let mut text = String::new();
    let Value::Object(mut whole) = value_of(document) else { return text };
    let results = whole.remove("results");
    write_part(&mut text, "document", None, whole);
    for result in results.as_ref().and_then(Value::as_array).into_iter().flatten() {
        let Value::Object(result) = result else { continue };
        let rule = result.get("rule").cloned();
        write_part(&mut text, "result", rule.as_ref(), result.clone());
    }
    text
}

fn value_of(document: &TraceDocument) -> Value {
    serde_json::to_value(document).expect("documents hold only text")
}

/// One line for what is no list, then one for each row of each list.
fn write_part(text: &mut String, part: &str, rule: Option<&Value>, object: Map<String, Value>) {
    let (lists, alone): (Vec<_>, Vec<_>) =
        object.into_iter().partition(|(_, value)| value.is_array());
    write_line(text, part, rule, alone);
    for (key, list) in lists {
        let Value::Array(rows) = list else { continue };
        for row in rows {
            let fields = match row {
                Value::Object(fields) => fields.into_iter().collect(),
                other => vec![("value".to_owned(), other)],
            };
            write_line(text, &key, rule, fields);
        }
    }
}

fn write_line(text: &mut String, part: &str, rule: Option<&Value>, fields: Vec<(String, Value)>) {
    let mut line = Map::new();
    line.insert("part".to_owned(), Value::from(part));
    if let Some(rule) = rule {
        line.insert("rule".to_owned(), rule.clone());
    }
    line.extend(fields);
    text.push_str(&Value::Object(line).to_string());
    text.push('\n');
}
