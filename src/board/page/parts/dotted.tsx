/** A name of parts, such as "checkpoint.seconds", that breaks between them where it has no room. */
export const Dotted = ({ children }: { readonly children: string }): preact.JSX.Element => <>{children.split(/(?<=\.)/).flatMap((part, i) => (i === 0 ? [part] : [<wbr key={i} />, part]))}</>;
