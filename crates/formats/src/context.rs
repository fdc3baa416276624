//! What the tags and clusters of a result mean, in words. spec: 04#6.13
use crate::attack::Matrix;
use crate::markup;

/// Characters of a cluster's description that are worth showing here.
pub const DESCRIPTION: usize = 300;

/// A tag in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagText {
    /// The tag's name.
    pub name: String,
    /// Its colour, `#rrggbb`.
    pub colour: String,
    /// What it stands for in its taxonomy; empty for others.
    pub expanded: String,
    /// What that means; empty when nobody says.
    pub description: String,
}

/// Tags of one taxonomy, or those of none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// The first part of its tags.
    pub name: String,
    /// What it classifies.
    pub description: String,
    /// The tags that occur.
    pub tags: Vec<TagText>,
}

/// A cluster in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterText {
    /// Its name.
    pub value: String,
    /// Where it is described on this instance.
    pub url: String,
    /// What it is, cut to about [`DESCRIPTION`].
    pub description: String,
}

/// Clusters of one galaxy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GalaxyText {
    /// Its title.
    pub name: String,
    /// What it collects.
    pub description: String,
    /// The clusters that occur.
    pub clusters: Vec<ClusterText>,
}

/// Everything that occurs in a result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// Taxonomies, and what belongs to none.
    pub vocabularies: Vec<Vocabulary>,
    /// Galaxies.
    pub galaxies: Vec<GalaxyText>,
}

impl Context {
    /// As Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = String::from("# Aggregated context data\n## Tags and Taxonomies\n");
        for vocabulary in &self.vocabularies {
            heading(&mut out, &vocabulary.name, &vocabulary.description);
            for tag in &vocabulary.tags {
                out.push_str("- **");
                markup::markdown(&mut out, &tag.name);
                out.push_str("**");
                if !tag.expanded.is_empty() {
                    out.push_str("\n    - ");
                    markup::markdown(&mut out, &tag.expanded);
                }
                if !tag.description.is_empty() {
                    out.push_str(": ");
                    markup::markdown(&mut out, &tag.description);
                }
                out.push('\n');
            }
        }
        out.push_str("\n## Galaxy Clusters\n");
        for galaxy in &self.galaxies {
            heading(&mut out, &galaxy.name, &galaxy.description);
            for cluster in &galaxy.clusters {
                out.push_str("- [");
                markup::markdown(&mut out, &cluster.value);
                // the address is ours and holds no bracket
                out.push_str("](");
                out.push_str(&cluster.url);
                out.push_str(")\n");
                if !cluster.description.is_empty() {
                    out.push_str("    ");
                    markup::markdown(&mut out, &cluster.description);
                    out.push('\n');
                }
            }
        }
        out
    }

    /// As a page, with the matrix at its end.
    #[must_use]
    pub fn page(&self, matrix: &Matrix) -> String {
        let mut out = String::from("<h1>Context</h1>\n<h2>Tags and taxonomies</h2>\n");
        for vocabulary in &self.vocabularies {
            section(&mut out, &vocabulary.name, &vocabulary.description);
            for tag in &vocabulary.tags {
                out.push_str("<li><span class=\"tag\" style=\"border-color:");
                markup::html(&mut out, &tag.colour);
                out.push_str("\">");
                markup::html(&mut out, &tag.name);
                out.push_str("</span> ");
                markup::html(&mut out, &tag.expanded);
                if !tag.description.is_empty() {
                    out.push_str(": ");
                    markup::html(&mut out, &tag.description);
                }
                out.push_str("</li>\n");
            }
            out.push_str("</ul>\n");
        }
        out.push_str("<h2>Galaxy clusters</h2>\n");
        for galaxy in &self.galaxies {
            section(&mut out, &galaxy.name, &galaxy.description);
            for cluster in &galaxy.clusters {
                out.push_str("<li><a href=\"");
                markup::html(&mut out, &cluster.url);
                out.push_str("\">");
                markup::html(&mut out, &cluster.value);
                out.push_str("</a> ");
                markup::html(&mut out, &cluster.description);
                out.push_str("</li>\n");
            }
            out.push_str("</ul>\n");
        }
        matrix.html(&mut out);
        markup::page("Context", &out)
    }
}

fn heading(out: &mut String, name: &str, description: &str) {
    out.push_str("#### ");
    markup::markdown(out, name);
    out.push('\n');
    if !description.is_empty() {
        out.push('*');
        markup::markdown(out, description.trim());
        out.push_str("*\n");
    }
}

fn section(out: &mut String, name: &str, description: &str) {
    out.push_str("<h3>");
    markup::html(out, name);
    out.push_str("</h3>\n<p>");
    markup::html(out, description);
    out.push_str("</p>\n<ul>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> Context {
        Context {
            vocabularies: vec![Vocabulary {
                name: "tlp".to_owned(),
                description: "Traffic lights".to_owned(),
                tags: vec![TagText {
                    name: "tlp:<red>".to_owned(),
                    colour: "#ff0000".to_owned(),
                    expanded: "(TLP:RED)".to_owned(),
                    description: String::new(),
                }],
            }],
            galaxies: vec![GalaxyText {
                name: "Weather".to_owned(),
                description: String::new(),
                clusters: vec![ClusterText {
                    value: "Rain [heavy]".to_owned(),
                    url: "https://x.example/galaxy_clusters/view/1".to_owned(),
                    description: "w\nx".to_owned(),
                }],
            }],
        }
    }

    #[test]
    fn nothing_is_two_headings() {
        assert_eq!(
            Context::default().markdown(),
            "# Aggregated context data\n## Tags and Taxonomies\n\n## Galaxy Clusters\n"
        );
    }

    #[test]
    fn tags_and_clusters_are_explained() {
        assert_eq!(
            context().markdown(),
            "# Aggregated context data\n## Tags and Taxonomies\n#### tlp\n*Traffic lights*\n\
             - **tlp:&lt;red&gt;**\n    - \\(TLP:RED\\)\n\n## Galaxy Clusters\n#### Weather\n\
             - [Rain \\[heavy\\]](https://x.example/galaxy_clusters/view/1)\n    w x\n"
        );
        let page = context().page(&Matrix::default());
        assert!(
            page.contains("tlp:&lt;red&gt;") && page.contains("Rain [heavy]</a>"),
            "{page}"
        );
    }
}
