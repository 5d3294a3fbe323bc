//! The check of the schema's tree, which stands in the footer as a flat list: each group says how
//! many children follow it.

use super::thrift::{DEFAULT_MAX_FOOTER_DEPTH, invalid};
use bucksaw::internal::limits::{DEFAULT_MAX_SCHEMA_ELEMENTS, DEFAULT_MAX_SCHEMA_PATH_BYTES};
use bucksaw::{Error, ErrorKind, Result};

/// The bytes of a name besides its text.
const NAME_BYTES: u64 = size_of::<String>() as u64;

/// One element of the schema, as far as the tree is concerned.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Node {
    pub(super) at: u64,
    pub(super) leaf: bool,
    pub(super) children: u64,
    pub(super) name_bytes: u64,
}

/// A group with children still to come.
struct Open {
    left: u64,
    path_bytes: u64,
}

/// Checks that the elements make one tree, and counts its leaves.
pub(super) fn check(nodes: &[Node]) -> Result<u64> {
    let Some((root, rest)) = nodes.split_first() else {
        return Err(Error::new(ErrorKind::InvalidParquet, "the footer has no schema"));
    };
    if nodes.len() > DEFAULT_MAX_SCHEMA_ELEMENTS {
        let message = format!("a schema of more than {DEFAULT_MAX_SCHEMA_ELEMENTS} elements");
        return Err(invalid(root.at, message));
    }
    let mut open = vec![Open { left: root.children, path_bytes: 0 }];
    let mut leaves = 0;
    let mut path_bytes = 0_u64;
    for node in rest {
        while open.last().is_some_and(|group| group.left == 0) {
            open.pop();
        }
        let Some(parent) = open.last_mut() else {
            return Err(invalid(node.at, "a schema element after the end of the schema's tree"));
        };
        parent.left -= 1;
        let path = parent.path_bytes.saturating_add(node.name_bytes + NAME_BYTES);
        if node.children == 0 {
            leaves += u64::from(node.leaf);
            path_bytes = path_bytes.saturating_add(path);
            if path_bytes > DEFAULT_MAX_SCHEMA_PATH_BYTES {
                let message =
                    format!("column paths of more than {DEFAULT_MAX_SCHEMA_PATH_BYTES} bytes");
                return Err(invalid(node.at, message));
            }
            continue;
        }
        if node.leaf {
            return Err(invalid(node.at, "a schema element has both a type and children"));
        }
        if open.len() >= DEFAULT_MAX_FOOTER_DEPTH {
            let message = format!("a schema deeper than {DEFAULT_MAX_FOOTER_DEPTH} levels");
            return Err(invalid(node.at, message));
        }
        open.push(Open { left: node.children, path_bytes: path });
    }
    let missing = open.iter().fold(0_u64, |sum, group| sum.saturating_add(group.left));
    if missing > 0 {
        let message = format!("the schema's groups announce {missing} children that don't follow");
        return Err(invalid(root.at, message));
    }
    Ok(leaves)
}
