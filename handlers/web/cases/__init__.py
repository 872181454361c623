"""办事申请 from the guide to the result, as the applicant walks it, at any door (articles 10 to 16).

A door names its templates and its address (`page.CasePages`), and lists the pages that it has.
"""
