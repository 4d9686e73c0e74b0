Console.WriteLine("nvgre-gateway");
return 0;
