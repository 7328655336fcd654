//! A trace as one JSON object a line, for tools that read streams.
//!
//! *Shape.* Every line says which `part` of the document it belongs to and, in a result, under which
//! `rule`. Lists of the document become one line for each row; what is no list stands together in a
//! line of part `document`, or of part `result`. Lines of results without asserted links say so.

use serde_json::{Map, Value};

use crate::TraceDocument;

/// The document as lines, each with a final line feed.
pub fn to_ndjson(document: &TraceDocument) -> String {
    let mut text = String::new();
    let Value::Object(mut whole) = value_of(document) else { return text };
    let results = whole.remove("results");
    let without_links = whole.remove("without_links");
    let last = ["variants", "sensitivity"].map(|key| (key, whole.remove(key)));
    write_part(&mut text, "document", &[], whole);
    write_results(&mut text, results.as_ref(), &[]);
    let mark = ("without_links", Value::Bool(true));
    write_results(&mut text, without_links.as_ref(), &[mark]);
    for (key, rows) in last {
        write_rows(&mut text, key, &[], rows.and_then(array).unwrap_or_default());
    }
    text
}

fn write_results(text: &mut String, results: Option<&Value>, marks: &[Mark]) {
    for result in results.and_then(Value::as_array).into_iter().flatten() {
        let Value::Object(result) = result else { continue };
        let rule = result.get("rule").cloned().map(|rule| ("rule", rule));
        let marks: Vec<Mark> = rule.into_iter().chain(marks.iter().cloned()).collect();
        write_part(text, "result", &marks, result.clone());
    }
}

/// What stands in every line of a result.
type Mark = (&'static str, Value);

fn value_of(document: &TraceDocument) -> Value {
    serde_json::to_value(document).expect("documents hold only text")
}

/// One line for what is no list, then one for each row of each list.
fn write_part(text: &mut String, part: &str, marks: &[Mark], object: Map<String, Value>) {
    let (lists, alone): (Vec<_>, Vec<_>) =
        object.into_iter().partition(|(_, value)| value.is_array());
    write_line(text, part, marks, alone);
    for (key, list) in lists {
        write_rows(text, &key, marks, array(list).unwrap_or_default());
    }
}

fn array(value: Value) -> Option<Vec<Value>> {
    if let Value::Array(rows) = value { Some(rows) } else { None }
}

fn write_rows(text: &mut String, part: &str, marks: &[Mark], rows: Vec<Value>) {
    for row in rows {
        let fields = match row {
            Value::Object(fields) => fields.into_iter().collect(),
            other => vec![("value".to_owned(), other)],
        };
        write_line(text, part, marks, fields);
    }
}

fn write_line(text: &mut String, part: &str, marks: &[Mark], fields: Vec<(String, Value)>) {
    let mut line = Map::new();
    line.insert("part".to_owned(), Value::from(part));
    line.extend(marks.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
    line.extend(fields);
    text.push_str(&Value::Object(line).to_string());
    text.push('\n');
}
