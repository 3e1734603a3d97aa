"""Small tools that every room uses: errors, files written whole, JSON lines, secrets left out."""
