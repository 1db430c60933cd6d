/**
 * A page that answers a post says under which address it can be opened again: reloading, locking, coming back and
 * relative addresses then mean the page, and nothing is sent twice.
 */
const address = document.body.dataset.address;
if (address && address !== location.pathname) history.replaceState(null, "", address + location.hash);
