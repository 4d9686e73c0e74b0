namespace NvgreGateway.Exchange;

/// <summary>
/// Where a MAC lives: an attachment (port and VLAN of a segment) or a peer (segment and provider address), in one 32-bit
/// word so that it is stored and read whole. Bits 0-20 hold the id, 21-26 the flush generation of that place, 27-30 flags of
/// the FDB entry, 31 tells a peer from an attachment. The value 0 is "nowhere".
/// </summary>
/// <param name="value">The word.</param>
public readonly struct Place(uint value) : IEquatable<Place>
{
    /// <summary>The bits of the id.</summary>
    public const uint IdMask = (1u << 21) - 1;

    /// <summary>The shift of the flush generation.</summary>
    public const int GenerationShift = 21;

    /// <summary>The bits of the flush generation, shifted down (0 to 63).</summary>
    public const uint GenerationMask = 63;

    /// <summary>Entry flag: a record of the configuration; traffic never moves or ages it (A-102, E-033).</summary>
    public const uint Static = 1u << 27;

    /// <summary>Entry flag: a sticky record; its MAC as source elsewhere is <c>drop.fdb.move_blocked</c> (E-033).</summary>
    public const uint Sticky = 1u << 28;

    /// <summary>Entry flag: marked duplicate, stays where it is (E-032).</summary>
    public const uint Frozen = 1u << 29;

    /// <summary>Entry flag: marked duplicate, and its MAC as source elsewhere is <c>drop.fdb.duplicate</c> (E-032).</summary>
    public const uint FrozenDrop = 1u << 30;

    /// <summary>Set for a peer, clear for an attachment.</summary>
    public const uint Peer = 1u << 31;

    /// <summary>All entry flags: not part of the place itself.</summary>
    public const uint Flags = Static | Sticky | Frozen | FrozenDrop;

    /// <summary>The word as it stands in memory.</summary>
    public uint Value { get; } = value;

    /// <summary>Whether this is a peer (else an attachment, or nowhere).</summary>
    public bool IsPeer => (Value & Peer) != 0;

    /// <summary>Whether there is no place.</summary>
    public bool IsNone => Value == 0;

    /// <summary>The id of the attachment or peer.</summary>
    public uint Id => Value & IdMask;

    /// <summary>The flush generation (0 to 63).</summary>
    public uint Generation => (Value >> GenerationShift) & GenerationMask;

    /// <summary>The place without the flags of an FDB entry: what two places are compared by.</summary>
    public uint Identity => Value & ~Flags;

    /// <summary>The place of an attachment.</summary>
    /// <param name="id">Its id, above 0.</param>
    /// <param name="generation">Its flush generation.</param>
    /// <returns>The place.</returns>
    public static Place OfAttachment(uint id, uint generation) => new(id | ((generation & GenerationMask) << GenerationShift));

    /// <summary>The place of a peer.</summary>
    /// <param name="id">Its id, above 0.</param>
    /// <param name="generation">Its flush generation.</param>
    /// <returns>The place.</returns>
    public static Place OfPeer(uint id, uint generation) => new(Peer | id | ((generation & GenerationMask) << GenerationShift));

    /// <inheritdoc/>
    public bool Equals(Place other) => Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Place p && Equals(p);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Value;

    /// <inheritdoc/>
    public override string ToString() => IsNone ? "none" : (IsPeer ? "peer " : "attachment ") + Id;
}
