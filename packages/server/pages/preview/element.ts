/** Defines the element for its previews. */
import '@live-online/widget/define';
