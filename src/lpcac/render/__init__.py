"""Values to text, Markdown, JSON and SARIF, and the view of what apply is doing."""
