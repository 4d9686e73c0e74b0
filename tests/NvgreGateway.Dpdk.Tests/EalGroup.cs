namespace NvgreGateway.Dpdk.Tests;

/// <summary>Classes of this group share the one EAL, and run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class EalGroup : ICollectionFixture<EalFixture>
{
    public const string Name = "EAL";
}
