//! Objects as the API shows them: with the fields that are computed from other objects.

use serde_json::{Map, Value};

use super::{Condition, Count, Embed, Join, Kind, Object, Store};
use crate::srn;

impl Store {
    /// The fields as the API shows them now.
    pub(crate) fn show(&self, kind: &Kind, object: &Object) -> Map<String, Value> {
        let mut fields = object.fields.clone();
        let named_by = |count: &'static Count| {
            let names =
                move |other: &&Object| other.text(count.by) == object.id || other.hidden_text(count.by) == object.id;
            self.of_name(count.kind).filter(names)
        };
        for count in kind.counts {
            fields.insert(count.field.to_owned(), Value::from(named_by(count).count()));
        }
        for list in kind.lists {
            fields.insert(list.field.to_owned(), named_by(list).map(|other| Value::from(other.id.clone())).collect());
        }
        for Embed { field, kind, name, by } in kind.embeds {
            let Some(kind) = kind(name) else { continue };
            let names = |other: &&Object| other.text(by) == object.id || other.hidden_text(by) == object.id;
            let own = self.of(kind).filter(names);
            let shown: Value = own.map(|other| Value::Object(self.show(kind, other))).collect();
            fields.insert((*field).to_owned(), shown);
        }
        for join in kind.joins {
            fields.insert(join.field.to_owned(), self.joined(join, object).map_or(Value::Null, Value::Object));
        }
        for Condition { field, value, kind, equal } in kind.conditions {
            let fits = |other: &Object| {
                let theirs = |name: &String| other.fields.get(name).or_else(|| other.hidden.get(name));
                equal.iter().all(|(name, own)| theirs(name) == object.fields.get(own))
            };
            if self.of_name(kind).any(fits) {
                fields.insert((*field).to_owned(), value.clone());
            }
        }
        if let Some(view) = kind.view {
            view(self, object, &mut fields);
        }
        if let Some(host) = kind.srn {
            let list = if kind.list.is_empty() { kind.noun() } else { kind.list };
            let parent = kind.key.first().filter(|_| kind.key.len() == 2);
            let name = srn::name(host, &object.locality, list, parent.copied(), &object.id);
            fields.entry("srn").or_insert_with(|| Value::from(name));
        }
        fields
    }

    fn joined(&self, join: &Join, object: &Object) -> Option<Map<String, Value>> {
        let named = object.fields.get(join.by).or_else(|| object.hidden.get(join.by))?;
        let id = named.get(0).unwrap_or(named).as_str()?;
        let kind = (join.kind)(join.name)?;
        let mut shown = self.show(kind, self.get(kind, &object.locality, id).ok()?);
        shown.retain(|field, _| join.fields.is_empty() || join.fields.contains(&field.as_str()));
        for path in join.empty {
            let mut steps = path.split('.');
            let first = steps.next().and_then(|first| shown.get_mut(first));
            if let Some(list @ Value::Array(_)) = first.and_then(|first| steps.try_fold(first, Value::get_mut)) {
                *list = Value::Array(Vec::new());
            }
        }
        Some(shown)
    }
}
