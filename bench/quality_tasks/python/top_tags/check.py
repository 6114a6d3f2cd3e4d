import unittest

from blog.tags import top_tags


class TopTags(unittest.TestCase):
    def test_most_posts_first(self):
        posts = [{"tags": ["git", "Python"]}, {"tags": ["python "]}, {"tags": ["ci"]}, {}]
        self.assertEqual(top_tags(posts, 2), ["python", "ci"])
        self.assertEqual(top_tags(posts, 9), ["python", "ci", "git"])

    def test_a_post_counts_once(self):
        posts = [{"tags": ["b", "B", "b"]}, {"tags": ["a"]}, {"tags": ["a"]}]
        self.assertEqual(top_tags(posts, 2), ["a", "b"])
