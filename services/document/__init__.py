"""The plain document and the files made of it: EN 16931 terms, CII, UBL, Factur-X, PDF and data, attachments, archive."""
