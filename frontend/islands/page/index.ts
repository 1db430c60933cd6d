/** What every officer's page has: the looks, fragments by htmx, the lock of a screen left alone. */
import "../../styles/base.css";
import "../../styles/office.css";
import "./address";
import "../../shared/htmx";
import "./lock";
import "./narrow";
import "./shortcuts";
import "./underway";
