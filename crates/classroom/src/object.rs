//! A JSON object that says everything once. RFC 8259 4 leaves open which of two members of one name counts, and
//! `serde_json` silently takes the last: a command would do other than what its reader saw first.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// An object in which no name stands twice, nor in any object within.
pub(crate) struct Object(pub(crate) Map<String, Value>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Once::deserialize(deserializer)?.0 {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(D::Error::custom("this is no object")),
        }
    }
}

/// Any value.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Values).map(Self)
    }
}

struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut listed: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Once(value)) = listed.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut read: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some((name, Once(value))) = read.next_entry::<String, Once>()? {
            if members.contains_key(&name) {
                let name: String = name.chars().take(40).collect();
                return Err(A::Error::custom(format!("{name:?} stands there twice; send it once")));
            }
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Value, String> {
        let read: Result<Object, _> = serde_json::from_str(text);
        read.map(|object| Value::Object(object.0)).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_said_once_is_read_as_it_is() {
        for text in [
            "{}",
            r#"{"do":"cut","lanes":["sse","ws"],"for_ms":0,"of":{"do":null,"a":[{"a":-1},{"a":1.5}]},"on":true}"#,
            r#"{"a":"\u00e9\ud83d\ude00\n","b":18446744073709551615}"#,
        ] {
            assert_eq!(read(text), Ok(serde_json::from_str(text).unwrap()), "{text}");
        }
    }

    #[test]
    fn what_is_said_twice_is_refused_at_any_depth() {
        for (text, name) in [
            (r#"{"do":"cut","do":"leave-dead","on":false}"#, "\"do\""),
            (r#"{"rate":0.1,"rate":7}"#, "\"rate\""),
            (r#"{"do":"weather","weather":{"delay_ms":1,"stall":true,"delay_ms":1}}"#, "\"delay_ms\""),
            (r#"{"lanes":[{"a":1,"\u0061":1}]}"#, "\"a\""),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.contains(&format!("{name} stands there twice; send it once")), "{text}: {told}");
        }
        assert!(read("7").unwrap_err().contains("no object"));
    }
}
