// A kiosk at which somebody is signed in by their phone leaves at once when the phone ends it.
import { end } from "./end.js";
import { follow } from "../shared/pairing.js";

follow("/kiosk/pairing", "joined", end);
