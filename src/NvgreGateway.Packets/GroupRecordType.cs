namespace NvgreGateway.Packets;

/// <summary>What a record of an IGMPv3 or MLDv2 report says (RFC 3376 section 4.2.12, RFC 3810 section 5.2.12).</summary>
public enum GroupRecordType : byte
{
    /// <summary>Answer: these sources are wanted.</summary>
    ModeIsInclude = 1,

    /// <summary>Answer: all sources but these are wanted.</summary>
    ModeIsExclude = 2,

    /// <summary>Change: from now on these sources; without any: the group is left.</summary>
    ChangeToInclude = 3,

    /// <summary>Change: from now on all sources but these; without any: the group is joined.</summary>
    ChangeToExclude = 4,
}
