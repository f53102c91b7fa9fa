//! The users of the directory, made up when they are asked for.

const ID_MASK: usize = 0x5bd1_e995;
const BIG: u128 = 12_345_678_901_234_567_890_123;

/// The properties a user has, in the order they are given.
pub(super) const FIELDS: [&str; 7] = [
    "id",
    "displayName",
    "userPrincipalName",
    "mail",
    "jobTitle",
    "accountEnabled",
    "bigNumber",
];

/// The JSON object of the user at this place, with these properties.
pub(super) fn user(index: usize, fields: &[&str], context: Option<&str>) -> String {
    let context = context.map(|url| format!("\"@odata.context\":\"{url}\""));
    let own = fields
        .iter()
        .map(|name| format!("\"{name}\":{}", value(index, name)));
    let members: Vec<String> = context.into_iter().chain(own).collect();
    format!("{{{}}}", members.join(","))
}

fn value(index: usize, name: &str) -> String {
    match name {
        "id" => format!("\"{}\"", id(index)),
        "displayName" => format!("\"{} {index}\"", given_name(index)),
        "userPrincipalName" => format!("\"{}\"", principal_name(index)),
        "mail" if index % 3 != 1 => format!("\"mail{index}@contoso.example\""),
        "jobTitle" if index % 4 == 2 => "\"R\\u0026D \\\"lead\\\"\"".to_owned(),
        "accountEnabled" => (index % 7 != 5).to_string(),
        "bigNumber" => {
            (BIG + u128::from(u32::try_from(index).unwrap_or_default()) * 1_000).to_string()
        }
        _ => "null".to_owned(),
    }
}

// Each of them is a JSON text a careless reader or writer would change.
fn given_name(index: usize) -> &'static str {
    match index % 5 {
        0 => "Zo\\u00eb",
        1 => "Jürgen",
        2 => "Ops\\/Night",
        3 => "Clef \\ud834\\udd1e",
        _ => "李\\t雷",
    }
}

/// The id of the user at this place.
pub(super) fn id(index: usize) -> String {
    let spread = u32::try_from(index)
        .unwrap_or_default()
        .wrapping_mul(0x9e37_79b1);
    format!("{spread:08x}-51c0-4f3e-9a7d-{:012x}", index ^ ID_MASK)
}

fn principal_name(index: usize) -> String {
    format!("user{index:06}@contoso.example")
}

/// The place of the user with this id or user principal name.
pub(super) fn find(key: &str, count: usize) -> Option<usize> {
    let by_id = key
        .rsplit('-')
        .next()
        .and_then(|tail| usize::from_str_radix(tail, 16).ok())
        .map(|masked| masked ^ ID_MASK);
    let by_name = key
        .strip_prefix("user")
        .and_then(|rest| rest.split('@').next()?.parse::<usize>().ok());
    let found = by_id.filter(|index| id(*index).eq_ignore_ascii_case(key));
    let found = found.or(by_name.filter(|index| principal_name(*index) == key));
    found.filter(|index| *index < count)
}
