// A page that has just come: what is only for browsers without scripts goes, and what is wrong is read first.
document.documentElement.classList.add("scripted");
document.getElementById("error")?.focus();
