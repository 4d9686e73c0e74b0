// One machine, one lab: the tests share its cores, hugepages and network.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
