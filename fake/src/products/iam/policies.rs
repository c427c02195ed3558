//! Policies, the rules in them, and the permission sets that rules name.

use serde_json::{Map, Value, json};

use super::groups::GROUP;
use crate::call::{Call, Handled, ReadCall};
use crate::paging;
use crate::response::ApiError;
use crate::rights::{self, Grants};
use crate::store::{Kind, Missing, Object, Store};

pub(super) static POLICY: Kind = Kind {
    srn: Some("iam"),
    view: Some(count_rules),
    ..Kind::new("iam/policy", "Policy", "policies", Missing::Labelled("policy"))
};
/// The hidden field is `policy_id`.
pub(super) static RULE: Kind =
    Kind { srn: Some("iam"), ..Kind::new("iam/rule", "Rule", "rules", Missing::Labelled("rule")) };

/// The principals of a policy; a policy has one of them.
const PRINCIPALS: [&str; 4] = ["user_id", "group_id", "application_id", "no_principal"];

/// Permission sets with their scope: those in recordings, and similar ones. Rules may name others.
const PERMISSION_SETS: [(&str, &str); 22] = [
    ("AllProductsFullAccess", "projects"),
    ("AllProductsReadOnly", "projects"),
    ("ContainerRegistryFullAccess", "projects"),
    ("ContainerRegistryReadOnly", "projects"),
    ("ContainersFullAccess", "projects"),
    ("ContainersReadOnly", "projects"),
    ("IAMManager", "organization"),
    ("IAMReadOnly", "organization"),
    ("ObjectStorageBucketsRead", "projects"),
    ("ObjectStorageFullAccess", "projects"),
    ("ObjectStorageObjectsRead", "projects"),
    ("ObjectStorageReadOnly", "projects"),
    ("ObservabilityFullAccess", "projects"),
    ("ObservabilityReadOnly", "projects"),
    ("OrganizationManager", "organization"),
    ("OrganizationReadOnly", "organization"),
    ("ProjectManager", "organization"),
    ("RelationalDatabasesFullAccess", "projects"),
    ("RelationalDatabasesReadOnly", "projects"),
    ("SecretManagerFullAccess", "projects"),
    ("SecretManagerReadOnly", "projects"),
    ("VPCFullAccess", "projects"),
];

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let mut fields =
        owned(call, json!({ "name": call.need("name")?, "nb_rules": 0, "nb_scopes": 0, "nb_permission_sets": 0 }));
    let (principal, value) = principal(call).ok_or_else(|| ApiError::required("no_principal"))?;
    fields[principal] = value;
    let policy = call.draft(&POLICY, fields);
    let id = policy.id.clone();
    // As recorded: the response counts no rules, although the policy has them.
    let answer = call.insert(&POLICY, policy);
    let rules = call.value("rules", json!([]));
    put_rules(call, &id, &rules);
    Ok(answer)
}

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let principal = principal(call);
    let policy = call.change(&POLICY, &id)?;
    if let Some((principal, value)) = principal {
        policy.fields.retain(|name, _| !PRINCIPALS.contains(&name.as_str()));
        policy.fields.insert(principal.to_owned(), value);
    }
    call.patch(&POLICY, &["name", "description", "tags"])
}

pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let answer = call.delete(&POLICY)?;
    call.world.store.remove_where(|object| is_rule_of(object, &id));
    Ok(answer)
}

pub(super) fn list_rules(call: &mut ReadCall<'_>) -> Handled {
    let policy = call.query.get("policy_id").and_then(Value::as_str).ok_or_else(|| ApiError::required("policy_id"))?;
    call.find(&POLICY, policy)?;
    call.list(&RULE)
}

pub(super) fn set_rules(call: &mut Call<'_>) -> Handled {
    let policy = call.need("policy_id")?;
    call.find(&POLICY, &policy)?;
    call.world.store.remove_where(|object| is_rule_of(object, &policy));
    let rules = call.value("rules", json!([]));
    let now = call.timestamp();
    // As recorded: rules are a part of the policy, so `updated_at` of the policy changes.
    call.change(&POLICY, &policy)?.fields.insert("updated_at".to_owned(), json!(now));
    Ok(json!({ "rules": put_rules(call, &policy, &rules) }))
}

pub(super) fn list_permission_sets(call: &mut ReadCall<'_>) -> Handled {
    call.query.remove("organization_id");
    let sets = PERMISSION_SETS.iter().map(|(name, scope)| {
        crate::call::object(json!({
            "id": name, "name": name, "scope_type": scope, "description": "", "categories": [],
        }))
    });
    let shown: Vec<_> = sets.collect();
    let total = shown.len();
    Ok(json!({ "permission_sets": paging::page(shown, &call.query, &RULE, call.order), "total_count": total }))
}

fn principal(call: &Call<'_>) -> Option<(&'static str, Value)> {
    PRINCIPALS.into_iter().find_map(|name| Some((name, call.body.get(name)?.clone())))
}

fn put_rules(call: &mut Call<'_>, policy: &str, rules: &Value) -> Vec<Value> {
    let mut shown = Vec::new();
    for rule in rules.as_array().into_iter().flatten() {
        let mut fields = crate::call::object(rule.clone());
        let names = fields.entry("permission_set_names").or_insert_with(|| json!([]));
        let scope = scope_of(names);
        fields.insert("permission_sets_scope_type".to_owned(), json!(scope));
        fields.entry("condition").or_insert_with(|| json!(""));
        let mut rule = call.draft(&RULE, Value::Object(fields));
        rule.hidden.insert("policy_id".to_owned(), json!(policy));
        shown.push(call.insert(&RULE, rule));
    }
    shown
}

/// The permission sets of a rule have the same scope; as recorded, unknown ones count as `projects`.
fn scope_of(names: &Value) -> &'static str {
    let first = names.get(0).and_then(Value::as_str).unwrap_or_default();
    if rights::is_of_organization(first) { "organization" } else { "projects" }
}

/// The permissions of an application or a user through policies for it or for its groups.
pub(super) fn grants(store: &Store, application: &str, user: &str) -> Grants {
    let is_member = |group: &str| {
        store.anywhere(&GROUP, group).is_some_and(|group| {
            let has = |list: &str, id: &str| {
                !id.is_empty()
                    && group.fields.get(list).and_then(Value::as_array).is_some_and(|ids| ids.contains(&json!(id)))
            };
            has("application_ids", application) || has("user_ids", user)
        })
    };
    let is_for = |policy: &&Object| {
        let named = |field: &str, id: &str| !id.is_empty() && policy.text(field) == id;
        named("application_id", application) || named("user_id", user) || is_member(policy.text("group_id"))
    };
    let strings = |rule: &Object, field: &str| -> Option<Vec<String>> {
        let strings = rule.fields.get(field)?.as_array()?.iter().filter_map(Value::as_str);
        Some(strings.map(str::to_owned).collect())
    };
    let rules = store.of(&POLICY).filter(is_for).flat_map(|policy| {
        store.of(&RULE).filter(|rule| is_rule_of(rule, &policy.id)).map(|rule| {
            let sets = strings(rule, "permission_set_names").unwrap_or_default();
            let projects = strings(rule, "project_ids").filter(|_| rule.text("organization_id").is_empty());
            (sets, projects.or_else(|| rule.text("organization_id").is_empty().then(Vec::new)))
        })
    });
    Grants(rules.collect())
}

fn is_rule_of(object: &Object, policy: &str) -> bool {
    object.kind == RULE.name && object.hidden_text("policy_id") == policy
}

fn count_rules(store: &Store, policy: &Object, shown: &mut Map<String, Value>) {
    let rules: Vec<_> = store.of(&RULE).filter(|rule| is_rule_of(rule, &policy.id)).collect();
    let distinct = |field: &str| {
        let mut values: Vec<_> = rules.iter().filter_map(|rule| rule.fields.get(field)).collect();
        values.sort_by_key(ToString::to_string);
        values.dedup();
        values.len()
    };
    let sets = rules.iter().filter_map(|rule| rule.fields.get("permission_set_names")?.as_array()).map(Vec::len);
    shown.insert("nb_rules".to_owned(), json!(rules.len()));
    shown.insert("nb_scopes".to_owned(), json!(distinct("organization_id") + distinct("project_ids")));
    shown.insert("nb_permission_sets".to_owned(), json!(sets.sum::<usize>()));
}

/// The common fields of policies, and `fields`.
fn owned(call: &Call<'_>, mut fields: Value) -> Value {
    let now = call.timestamp();
    fields["description"] = json!(call.text("description"));
    fields["organization_id"] = json!(call.world.organization);
    fields["tags"] = call.tags();
    fields["editable"] = json!(true);
    fields["deletable"] = json!(true);
    fields["managed"] = json!(false);
    fields["created_at"] = json!(now);
    fields["updated_at"] = json!(now);
    fields
}
