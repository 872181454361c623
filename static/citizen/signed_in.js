// A browser that a phone has signed in leaves at once when the phone ends it.
import { follow } from "../shared/pairing.js";

follow("/sign-in", "joined", () => location.replace("/signed-out"));
