namespace NvgreGateway.Control.Tables;

/// <summary>Something that holds copies of FDB entries, as rules in hardware do, and gives them back before an entry changes (C-125).</summary>
internal interface IFdbMirror
{
    /// <summary>Whether it has no copies at all.</summary>
    bool IsEmpty { get; }

    /// <summary>Whether it has a copy of an entry; cheap.</summary>
    /// <param name="key">The FDB key.</param>
    /// <returns>Whether it has.</returns>
    bool Holds(ulong key);

    /// <summary>Gives copies back; they are gone when it returns.</summary>
    /// <param name="keys">FDB keys.</param>
    void Release(IReadOnlyCollection<ulong> keys);
}
